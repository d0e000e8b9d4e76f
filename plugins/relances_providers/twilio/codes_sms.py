"""Twilio's codes about a message on its way: 30xxx. They come later as a rule, and of WhatsApp messages too."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from relances_providers.error_table import ErrorRow, Said, alike
from relances_providers.errors import Fault, NumberState, OutcomeUnknown
from relances_providers.twilio.rows import (
    ACCOUNT,
    AGAIN,
    HOURS,
    NUMBER,
    PROGRAM,
    SENDER,
    STOP,
    TEXT,
    TOMORROW,
    later,
    message,
    ours,
    recipient,
)

_GONE: Final = NumberState.UNREACHABLE
_UNEXPLAINED: Final = Said(
    "nouvel essai plus tard, de lui-même ; si cela dure, voyez le message dans la console Twilio ; rien ne met en "
    "cause le numéro",
    "tried again later, by itself; if it lasts, see the message in Twilio's console; the number is not in question",
)

# fmt: off
ROWS: Final = (
    later("30001", "la file de Twilio est pleine", "Twilio's queue is full",
          Said("nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion {conn_id}",
               "tried again by itself; if it lasts, lower rate_per_second of the connection"),
          "Queue overflow", after=HOURS / 4),
    ours("30002", "compte suspendu entre l'acceptation et l'envoi", "the account was suspended before the message left",
         ACCOUNT, "Account suspended ; compte suspendu"),
    later("30003", "téléphone du destinataire éteint ou hors réseau", "the recipient's handset is off or out of reach",
          AGAIN, "Unreachable destination handset ; téléphone injoignable", fault=Fault.NUMBER, after=4 * HOURS),
    recipient("30004", "le destinataire, ou son opérateur, bloque les messages",
              "the recipient, or their carrier, blocks messages",
              Said("joignez-le autrement, ou corrigez le numéro dans l'application fiscale",
                   "reach them otherwise, or mend the number in the tax application"), "Message blocked"),
    recipient("30005", "numéro inconnu de son réseau", "the number is unknown to its network", NUMBER,
              "Unknown destination handset", state=_GONE),
    recipient("30006", "ligne fixe, ou réseau injoignable", "landline or unreachable carrier",
              Said("écrivez par SMS, ou corrigez le numéro dans l'application fiscale",
                   "write by SMS, or mend the number in the tax application"),
              "Landline or unreachable carrier ; no WhatsApp ; pas de WhatsApp", state=_GONE, other="sms"),
    message("30007", "texte arrêté par le filtre de Twilio ou de l'opérateur",
            "the text was stopped by Twilio's or the carrier's filter",
            Said("revoyez le gabarit (lien raccourci, mots d'hameçonnage) ; si tous sont arrêtés, écrivez à Twilio",
                 "see the template again (short link, words of phishing); if all are stopped, write to Twilio"),
            "Message filtered ; Carrier violation ; filtré"),
    later("30008", "non remis, sans raison connue de Twilio", "not delivered, for a reason unknown to Twilio",
          _UNEXPLAINED, "Unknown error", fault=Fault.NOBODY, after=4 * HOURS),
    later("30017", "le réseau de l'opérateur est saturé", "the carrier's network is congested", AGAIN,
          "Carrier network congestion", after=HOURS / 4),
    message("30019", "message trop grand pour l'opérateur", "the message is too large for the carrier",
            Said("raccourcissez le gabarit", "shorten the template"), "Content size exceeds carrier limit"),
    later("30036", "le message a attendu trop longtemps chez Twilio, il n'est pas parti",
          "the message waited too long at Twilio, it was not sent",
          Said("nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion {conn_id}",
               "tried again by itself; if it lasts, lower rate_per_second of the connection"),
          "Validity Period Expired"),
    ours("30037", "Twilio a désactivé l'envoi pour ce compte", "sending is disabled for this account", ACCOUNT,
         "Outbound Messaging Disabled"),
    # Twilio itself does not send it again, so as not to deliver it twice.
    ErrorRow("30410", OutcomeUnknown, "l'opérateur n'a pas répondu à Twilio, le message est peut-être arrivé",
             "ne renvoyez pas ; vérifiez auprès du contribuable",
             "the carrier did not answer Twilio, the message may have arrived",
             "do not send it again; ask the recipient", "Provider Timeout Error"),
    later("30450", "Twilio bloque ce numéro pour l'instant (protection contre la fraude)",
          "Twilio blocks this number for now (protection against fraud)", TOMORROW, "Message delivery blocked",
          after=24 * HOURS),
    later("30454", "quota de messages du compte atteint", "the account is at its limit of messages", TOMORROW,
          "Account exceeded the messages limit", after=24 * HOURS),
    later("30500", "panne chez Twilio", "Twilio failed", AGAIN, "Twilio Internal Error", after=HOURS / 4),
    recipient("30630", "le destinataire ne veut plus de messages", "the recipient wants no more messages", STOP,
              "Attempt to send to unsubscribed recipient", state=NumberState.OPTED_OUT),
)


def _groups() -> Iterator[ErrorRow]:
    """Codes that one remedy is for."""
    yield from alike("30020 30021", later(
        "", "panne chez Twilio", "Twilio failed", AGAIN, "Internal Failure", after=HOURS / 4))
    yield from alike("30022 30023 30025 30026 30027", later(
        "", "quota d'envoi vers cet opérateur atteint", "the limit of messages to this carrier is reached", TOMORROW,
        "Daily Message Limit Reached ; Rate Limits Exceeded", after=24 * HOURS))
    yield from alike("30453 30485 30610 30615 30620", later(
        "", "non remis, sans raison donnée par Twilio", "not delivered, Twilio gives no reason", _UNEXPLAINED,
        "Message couldn't be delivered", fault=Fault.NOBODY, after=4 * HOURS))
    yield from alike("30018 30024 30032 30033 30034 30035 30040 30041 30042 30043", ours(
        "", "l'expéditeur n'est pas inscrit auprès des opérateurs du pays",
        "the sender is not registered with the country's carriers", SENDER,
        "Sender ID pre-registration ; Unregistered Number"))
    yield from alike("30015 30016", ours(
        "", "expéditeur et destinataire ne sont pas du même canal", "sender and recipient are not of the same channel",
        SENDER, "channel types are incompatible"))
    yield from alike("30014", recipient(
        "", "Twilio n'accepte pas l'adresse du destinataire", "Twilio does not take the recipient's address", NUMBER,
        "'To' attributes are Invalid"))
    yield from alike("30011", message(
        "", "ce numéro ne reçoit pas de pièces jointes (MMS)", "this number takes no attachments (MMS)", TEXT,
        "MMS not supported"))
    yield from alike("30010 30012 30013 30028 30029 30030 30031 30400 30404 30409 30646 30647 30649", ours(
        "", "demande que Twilio ne comprend pas", "Twilio does not understand the request", PROGRAM,
        "Parameters are not valid ; Invalid API version"))
# fmt: on


CODES: Final = tuple(chain(ROWS, _groups()))
