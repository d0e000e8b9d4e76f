"""What Zoom answers when a setting of its account, its app or its sender is wrong, and how to mend it."""

from typing import Final

from relances_providers.error_table import ErrorRow
from relances_providers.errors import Misconfigured
from relances_providers.zoom.token_errors import ACCOUNT_CURE, ACCOUNT_CURE_ENGLISH

MISSING_SCOPE: Final = "4711"

_SENDER_CURE: Final = (
    "vérifiez que le numéro sender de la connexion {conn_id} est attribué à un utilisateur ou à une file de Zoom "
    "Phone, SMS activés"
)
_SENDER_CURE_ENGLISH: Final = (
    "check that the number in sender of the connection is assigned to a Zoom Phone user or queue, SMS enabled"
)

ROWS: Final = (
    ErrorRow(
        code="124",
        kind=Misconfigured,
        meaning="Zoom refuse le jeton qu'il vient de donner",
        cure="vérifiez que host et oauth_host de la connexion {conn_id} sont du même Zoom, que l'application est "
        "activée et qu'aucun autre programme n'en use",
        english="the token just given is refused",
        english_cure="check that host and oauth_host are of the same Zoom, that the app is activated and that no other "
        "program uses it",
        wording="Invalid access token ; Access token is expired ; Account does not exist ; 401",
    ),
    ErrorRow(
        code=MISSING_SCOPE,
        kind=Misconfigured,
        meaning="il manque un droit (scope) à l'application Zoom",
        cure="ajoutez-le à l'application de la connexion {conn_id}, puis réactivez-la ; pour envoyer : phone:write:sms "
        "dans les guides, phone_sms:write:admin ou phone:write:admin chez Zoom (droit détaillé : "
        "phone:read:sms_message:admin)",
        english="the app lacks a scope",
        english_cure="add it to the app, then activate it again; to send: phone:write:sms in the guides, "
        "phone_sms:write:admin or phone:write:admin at Zoom (granular: phone:read:sms_message:admin)",
        wording="Invalid access token, does not contain scopes ; phone:write:sms ; phone_sms:write ; phone:write ; "
        "4700 ; 104",
    ),
    ErrorRow(
        code="403",
        kind=Misconfigured,
        meaning="Zoom Phone n'est pas ouvert à ce compte ou à cette application",
        cure="faites ouvrir Zoom Phone et les SMS par l'administrateur du compte de la connexion {conn_id}",
        english="Zoom Phone is not set up, or not for this app",
        english_cure="have the account's administrator set up Zoom Phone and SMS",
        wording="You have not set up Zoom Phone ; Forbidden ; HTTP 403",
    ),
    ErrorRow(
        code="ENDPOINT_NOT_FOUND",
        kind=Misconfigured,
        meaning="l'adresse de Zoom est fausse",
        cure="le champ host de la connexion {conn_id} doit finir par /v2",
        english="wrong address",
        english_cure="host of the connection must end in /v2",
        wording="HTTP 404 ; HTTP 405",
    ),
    ErrorRow(
        code="2001",
        kind=Misconfigured,
        meaning="compte inconnu de Zoom",
        cure=ACCOUNT_CURE,
        english="unknown account",
        english_cure=ACCOUNT_CURE_ENGLISH,
        wording="Account does not exist",
    ),
    ErrorRow(
        code="135",
        kind=Misconfigured,
        meaning="l'application ne peut agir pour l'utilisateur du numéro d'envoi",
        cure="donnez à l'application de la connexion {conn_id} des droits de compte (…:admin), pas d'utilisateur",
        english="the app may not act for the sender's user",
        english_cure="give the app account scopes (…:admin), not user scopes",
        wording="You cannot access another user",
    ),
    ErrorRow(
        code="1001",
        kind=Misconfigured,
        meaning="le numéro d'envoi n'a pas d'utilisateur Zoom Phone",
        cure=_SENDER_CURE,
        english="the sender has no Zoom Phone user",
        english_cure=_SENDER_CURE_ENGLISH,
        wording="User does not exist",
    ),
    ErrorRow(
        code="1024",
        kind=Misconfigured,
        meaning="le numéro d'envoi n'a pas d'utilisateur Zoom Phone",
        cure=_SENDER_CURE,
        english="the sender has no Zoom Phone user",
        english_cure=_SENDER_CURE_ENGLISH,
        wording="User does not exist due to missing required parameters",
    ),
    ErrorRow(
        code="7028",
        kind=Misconfigured,
        meaning="Zoom ne permet pas à ce numéro d'envoyer des SMS",
        cure=_SENDER_CURE,
        english="the sender is not allowed to send SMS",
        english_cure=_SENDER_CURE_ENGLISH,
        wording="Do not allow to send SMS",
    ),
    ErrorRow(
        code="expediteur",
        kind=Misconfigured,
        meaning="numéro d'envoi refusé par Zoom",
        cure=_SENDER_CURE,
        english="the sender is refused",
        english_cure=_SENDER_CURE_ENGLISH,
        wording="sender.phone_number",
    ),
    ErrorRow(
        code="campagne",
        kind=Misconfigured,
        meaning="le numéro d'envoi n'est pas dans une campagne SMS approuvée",
        cure="faites approuver une campagne 10DLC et mettez-y le numéro sender de la connexion {conn_id} "
        "(Zoom → Advanced → SMS Campaigns)",
        english="the sender is in no approved SMS campaign",
        english_cure="have a 10DLC campaign approved and add the sender to it (Zoom, Advanced, SMS Campaigns)",
        wording="10DLC ; SMS campaign",
    ),
)
