"""What Zoom answers when it gives no token or takes no message, and what to do.

The numbers are Zoom's own codes, from its reference of ``POST /phone/sms/messages`` and from what its users report
(104, 7028); they come under any HTTP status. Zoom documents none for a recipient who replied
STOP, for a number that takes no SMS or for a missing 10DLC campaign: those rows are told by Zoom's words, and have
names of ours.
"""

from typing import Final

from relances_providers.error_table import ErrorRow, Said, Table, table, unexplained
from relances_providers.errors import Fault, NumberState, OutcomeUnknown, Rejected, TryLater
from relances_providers.zoom.connection_errors import ROWS as CONNECTION_ROWS
from relances_providers.zoom.token_errors import TABLE as TOKEN_TABLE

_NUMBER_CURE: Final = "vérifiez le numéro, corrigez-le dans l'application fiscale"
_NUMBER_CURE_ENGLISH: Final = "check the number and mend it in the tax application"

_MESSAGE: Final = (
    ErrorRow(
        code="300",
        kind=Rejected,
        meaning="message refusé par Zoom, qui trouve la demande mal formée",
        cure="revoyez le gabarit ; si tous les messages sont refusés, prévenez le développeur",
        english="Zoom finds the request malformed",
        english_cure="see the template again; if all messages are refused, tell the developer",
        wording="Validation Failed ; Request Body should be a valid JSON object ; Unsupported content type",
        fault=Fault.TEXT,
    ),
    ErrorRow(
        code="316",
        kind=Rejected,
        meaning="le numéro n'est pas au format E.164",
        cure=_NUMBER_CURE,
        english="the number is not in E.164",
        english_cure=_NUMBER_CURE_ENGLISH,
        wording="The phone number does not conform to the E.164 standard",
        number=NumberState.UNREACHABLE,
        fault=Fault.NUMBER,
    ),
    ErrorRow(
        code="7001",
        kind=Rejected,
        meaning="Zoom trouve un numéro invalide, sans dire si c'est celui du contribuable",
        cure=_NUMBER_CURE + " ; si tous sont refusés, vérifiez sender dans la connexion {conn_id}",
        english="a number is not valid, Zoom does not say whose",
        english_cure=_NUMBER_CURE_ENGLISH + "; if all are refused, check sender in the connection",
        wording="Phone number is not valid",
        fault=Fault.NUMBER,
    ),
    ErrorRow(
        code="destinataire",
        kind=Rejected,
        meaning="numéro du contribuable refusé par Zoom",
        cure=_NUMBER_CURE,
        english="the recipient's number is refused",
        english_cure=_NUMBER_CURE_ENGLISH,
        wording="to_members.phone_number",
        number=NumberState.UNREACHABLE,
        fault=Fault.NUMBER,
    ),
    ErrorRow(
        code="sans_sms",
        kind=Rejected,
        meaning="ce numéro ne reçoit pas de SMS",
        cure="demandez un numéro mobile au contribuable, ou essayez WhatsApp",
        english="this number takes no SMS",
        english_cure="ask for a mobile number, or try WhatsApp",
        wording="landline ; not SMS capable",
        number=NumberState.UNREACHABLE,
        other_channel="whatsapp",
        fault=Fault.NUMBER,
    ),
    ErrorRow(
        code="opposition",
        kind=Rejected,
        meaning="le contribuable a répondu STOP",
        cure="ne lui écrivez plus par SMS ; il peut répondre START au même numéro",
        english="the recipient replied STOP",
        english_cure="send no more SMS; the recipient may reply START to the same number",
        wording="opted out ; opt-out ; STOP",
        number=NumberState.OPTED_OUT,
        fault=Fault.NUMBER,
    ),
    ErrorRow(
        code="trop_long",
        kind=Rejected,
        meaning="message trop long pour Zoom",
        cure="raccourcissez le gabarit, ou changez max_characters dans la connexion {conn_id} si Zoom en prend plus",
        english="text too long",
        english_cure="shorten the template, or change max_characters in the connection if Zoom takes more",
        wording="1600 ; 500 caractères ; 2048 bytes",
        fault=Fault.TEXT,
    ),
    unexplained(
        "Zoom",
        Said(
            "cherchez ce code dans la documentation de l'API Zoom Phone", "look this code up in Zoom Phone's reference"
        ),
    ),
    ErrorRow(
        # The sender's campaign, the carrier, the number: Zoom does not say which.
        code="failed_to_send",
        kind=TryLater,
        meaning="Zoom n'a pas pu remettre le message à l'opérateur, sans dire pourquoi",
        cure="nouvel essai de lui-même, quelques fois ; si beaucoup échouent, vérifiez la campagne SMS et le numéro "
        "sender de la connexion {conn_id}",
        english="Zoom could not hand the message to the carrier, and does not say why",
        english_cure="tried again by itself, a few times; if many fail, check the SMS campaign and the sender of the "
        "connection",
        wording="failed_to_send",
        fault=Fault.NOBODY,
    ),
    ErrorRow(
        code="failed_to_deliver",
        kind=Rejected,
        meaning="l'opérateur n'a pas pu remettre le message au contribuable",
        cure="vérifiez le numéro, ou essayez un autre canal",
        english="the carrier could not deliver the message",
        english_cure="check the number, or try another channel",
        wording="failed_to_deliver",
        other_channel="whatsapp",
        fault=Fault.NUMBER,
    ),
)

_MOMENT: Final = (
    ErrorRow(
        code="429",
        kind=TryLater,
        meaning="Zoom demande de ralentir",
        cure="nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion {conn_id} "
        "(Pro : 10, Business : 20, pour tout le compte)",
        english="rate limited",
        english_cure="tried again by itself; if it lasts, lower rate_per_second of the connection "
        "(Pro: 10, Business: 20, for the whole account)",
        wording="You have reached the maximum per-second rate limit for this API ; X-RateLimit-Type: QPS",
    ),
    ErrorRow(
        code="429_jour",
        kind=TryLater,
        meaning="la limite quotidienne du compte Zoom est atteinte",
        cure="l'envoi reprend de lui-même à l'heure que Zoom donne ; répartissez les envois sur plusieurs jours",
        english="the account's daily limit is reached",
        english_cure="sending goes on by itself when Zoom allows it; spread the messages over several days",
        wording="You have reached the maximum daily rate limit for this API ; X-RateLimit-Type: Daily-limit",
        retry_after=3600,
    ),
    ErrorRow(
        code="408",
        kind=OutcomeUnknown,
        meaning="réponse de Zoom inutilisable, le message est peut-être parti",
        cure="ne renvoyez pas ; il sera cherché chez Zoom",
        english="no usable answer, the message may have been sent",
        english_cure="do not send it again; it will be looked up at Zoom",
        wording="408 ; timeout ; HTTP 500, 502, 503, 504",
    ),
    ErrorRow(
        code="recherche",
        kind=TryLater,
        meaning="Zoom n'a pas su répondre à une question sur des messages envoyés",
        cure="nouvelle question plus tard, d'elle-même",
        english="Zoom could not answer a question about sent messages",
        english_cure="asked again by itself",
        wording="Error retrieving SMS ; Error retrieving SMS history ; 7012 ; 7013",
    ),
)

TABLE: Final[Table] = table([*TOKEN_TABLE.values(), *CONNECTION_ROWS, *_MESSAGE, *_MOMENT])
