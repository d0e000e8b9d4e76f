"""What Twilio answers, at once or later, when a WhatsApp message does not get through, and what to do.

The codes are those of Twilio's Error and Warning Dictionary (twilio.com/docs/api/errors), by family in the modules
``twilio_codes_…``. Those of 30001 and above come later as a rule: with the status ``failed`` or ``undelivered`` of a
message that was accepted.
"""

from typing import Final

from relances_providers.error_table import ErrorRow, Said, Table, table, unexplained
from relances_providers.errors import OutcomeUnknown
from relances_providers.twilio import codes_account as twilio_codes_account
from relances_providers.twilio import codes_beside as twilio_codes_beside
from relances_providers.twilio import codes_message as twilio_codes_message
from relances_providers.twilio import codes_sms as twilio_codes_sms
from relances_providers.twilio import codes_whatsapp as twilio_codes_whatsapp
from relances_providers.twilio.rows import later, message

# fmt: off
TABLE: Final[Table] = table([
    *twilio_codes_account.CODES,
    *twilio_codes_message.CODES,
    *twilio_codes_sms.CODES,
    *twilio_codes_whatsapp.CODES,
    *twilio_codes_beside.CODES,
    unexplained("Twilio", Said("cherchez ce code sur twilio.com/docs/api/errors",
                               "look this code up on twilio.com/docs/api/errors")),
    # Somebody called it off at Twilio, who did not want it sent.
    message("canceled", "message annulé chez Twilio avant son départ", "the message was called off at Twilio",
            Said("voyez qui l'a annulé dans la console Twilio", "see in Twilio's console who called it off"),
            "canceled ; annulé"),
    ErrorRow("408", OutcomeUnknown, "réponse de Twilio inutilisable, le message est peut-être parti",
             "ne renvoyez pas ; il sera recherché chez Twilio, de lui-même",
             "no usable answer, the message may have been sent",
             "do not send it again; it will be looked up at Twilio by itself",
             "408 ; timeout ; HTTP 500, 502, 503, 504 après l'envoi"),
    later("indisponible", "Twilio ne répond pas comme il faut", "Twilio gives no usable answer",
          Said("nouvel essai plus tard, de lui-même ; si cela dure, vérifiez host de la connexion {conn_id}",
               "tried again by itself; if it lasts, check host of the connection"),
          "HTTP 500, 502, 503, 504 avant tout envoi"),
])
# fmt: on
