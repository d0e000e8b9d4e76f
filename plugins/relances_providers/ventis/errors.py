"""What Ventis answers when it does not take a message, and what to do.

Only 1003 of its application codes has been seen; any violated constraint gets it, and only the text tells whether it
is about the sender, the number or the message. The statuses are HTTP's.
"""

from typing import Final

from relances_providers.error_table import ErrorRow, Said, Table, table, unexplained
from relances_providers.errors import Fault, Misconfigured, OutcomeUnknown, Rejected, TryLater

TABLE: Final[Table] = table(
    [
        ErrorRow(
            code="1003",
            kind=Misconfigured,
            meaning="expéditeur refusé par Ventis",
            cure="mettez dans le champ sender de la connexion {conn_id} un nom de la liste que Ventis donne",
            english="the sender is not on the account's list",
            english_cure="set sender in the connection to one of the names Ventis gives",
            wording="Sender ID must be one of them ; Violation de contrainte",
        ),
        ErrorRow(
            code="1005",
            kind=Rejected,
            meaning="numéro refusé par Ventis",
            cure="vérifiez le numéro, corrigez-le dans l'application fiscale",
            english="the number is refused by Ventis",
            english_cure="check the number and mend it in the tax application",
            wording="Numéro invalide ; invalid number ; Violation de contrainte ; -ERROR",
            fault=Fault.NUMBER,
        ),
        ErrorRow(
            code="texte",
            kind=Rejected,
            meaning="texte refusé par Ventis",
            cure="revoyez le gabarit",
            english="the text is refused by Ventis",
            english_cure="see the template again",
            wording="Texte vide ; must not be empty ; Violation de contrainte",
            fault=Fault.TEXT,
        ),
        unexplained(
            "Ventis",
            Said("demandez à Ventis ce que veut dire ce code", "ask Ventis what this code means"),
        ),
        ErrorRow(
            code="ENDPOINT_NOT_FOUND",
            kind=Misconfigured,
            meaning="l'adresse de Ventis est fausse",
            cure="le champ host de la connexion {conn_id} doit finir par /messaging/api/v1",
            english="wrong address",
            english_cure="host of the connection must end in /messaging/api/v1",
            wording="ENDPOINT_NOT_FOUND ; HTTP 404",
        ),
        ErrorRow(
            code="401",
            kind=Misconfigured,
            meaning="Ventis refuse le jeton que Keycloak a donné",
            cure="vérifiez que le compte de la connexion {conn_id} a accès à l'API de messages",
            english="the token is refused",
            english_cure="check that the account of the connection may use the messaging API",
            wording="Unauthorized ; Token is not active",
        ),
        ErrorRow(
            code="429",
            kind=TryLater,
            meaning="Ventis demande de ralentir",
            cure="nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion {conn_id}",
            english="rate limited",
            english_cure="tried again by itself; if it lasts, lower rate_per_second of the connection",
            wording="Too Many Requests",
        ),
        ErrorRow(
            code="indisponible",
            kind=TryLater,
            meaning="Ventis est en panne",
            cure="nouvel essai plus tard, de lui-même",
            english="Ventis is unavailable",
            english_cure="tried again by itself",
            wording="HTTP 500, 502, 503, 504 avant tout envoi",
        ),
        ErrorRow(
            code="408",
            kind=OutcomeUnknown,
            meaning="réponse de Ventis inutilisable, le message est peut-être parti",
            cure="ne renvoyez pas ; vérifiez auprès du contribuable",
            english="no usable answer, the message may have been sent",
            english_cure="do not send it again; ask the recipient",
            wording="408 ; timeout ; HTTP 500, 502, 503, 504 après l'envoi",
        ),
        ErrorRow(
            code="trop_long",
            kind=Rejected,
            meaning="message trop long pour Ventis",
            cure="raccourcissez le gabarit",
            english="text too long",
            english_cure="shorten the template",
            fault=Fault.TEXT,
        ),
    ]
)
