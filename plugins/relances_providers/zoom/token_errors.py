"""Why Zoom gives no token: what it answers, what that means, how to mend it.

Zoom answers ``{"reason", "error"}``, mostly with HTTP 400; the numbers are those of its list of OAuth errors, which
it does not always send.
"""

from typing import Final

import httpx

from relances_providers.error_table import ErrorRow, Table, table
from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.http.retry_after import retry_after
from relances_providers.http.token_answers import read_error

ACCOUNT_CURE: Final = "vérifiez account_id, puis login, dans la connexion {conn_id} (App Marketplace → App Credentials)"
ACCOUNT_CURE_ENGLISH: Final = "check account_id, then login, in the connection (App Marketplace, App Credentials)"

TABLE: Final[Table] = table(
    [
        ErrorRow(
            code="zoom_identifiants",
            kind=Misconfigured,
            meaning="Client ID ou Client Secret refusé par Zoom",
            cure="vérifiez login et password de la connexion {conn_id} (App Marketplace → App Credentials)",
            english="client id or client secret refused by Zoom",
            english_cure="check login and password of the connection (App Marketplace, App Credentials)",
            wording="Invalid client_id or client_secret ; Invalid client secret ; invalid_client ; 4702 ; 4704 ; 4706",
        ),
        ErrorRow(
            code="zoom_compte",
            kind=Misconfigured,
            meaning="compte Zoom inconnu, ou application d'un autre compte",
            cure=ACCOUNT_CURE,
            english="unknown account, or an app of another account",
            english_cure=ACCOUNT_CURE_ENGLISH,
            wording="Bad Request ; The Account is not exist ; invalid_request",
        ),
        ErrorRow(
            code="zoom_application",
            kind=Misconfigured,
            meaning="l'application Zoom n'est pas activée",
            cure="activez l'application de la connexion {conn_id} (App Marketplace → Activation)",
            english="the app is not activated",
            english_cure="activate the app of the connection (App Marketplace, Activation)",
            wording="The app has been disabled ; not activated ; deactivated ; 4717",
        ),
        ErrorRow(
            code="zoom_type_application",
            kind=Misconfigured,
            meaning="l'application Zoom n'est pas de type Server-to-Server OAuth",
            cure="créez une application Server-to-Server OAuth et mettez ses identifiants dans la connexion {conn_id}",
            english="not a Server-to-Server OAuth app",
            english_cure="create a Server-to-Server OAuth app and put its credentials in the connection",
            wording="unsupported grant type ; unsupported_grant_type ; unauthorized_client ; 4705",
        ),
        ErrorRow(
            code="zoom_jeton_refus",
            kind=Misconfigured,
            meaning="Zoom refuse la demande de jeton",
            cure="vérifiez oauth_host, account_id, login et password dans la connexion {conn_id}",
            english="Zoom refuses the token request",
            english_cure="check oauth_host, account_id, login and password in the connection",
        ),
        ErrorRow(
            code="zoom_jeton_indisponible",
            kind=TryLater,
            meaning="Zoom ne donne pas de jeton pour le moment",
            cure="nouvel essai plus tard, de lui-même",
            english="Zoom gives no token at present",
            english_cure="tried again by itself",
            wording="HTTP 408, 429, 500, 502, 503, 504 de zoom.us/oauth/token",
        ),
        ErrorRow(
            code="zoom_injoignable",
            kind=TryLater,
            meaning="Zoom ne répond pas",
            cure="vérifiez oauth_host de la connexion {conn_id} et le réseau",
            english="Zoom is out of reach",
            english_cure="check oauth_host of the connection and the network",
            wording="ConnectError ; ReadTimeout",
        ),
        ErrorRow(
            code="zoom_jeton_illisible",
            kind=TryLater,
            meaning="la réponse à la demande de jeton est illisible",
            cure="vérifiez oauth_host de la connexion {conn_id} : un autre serveur répond peut-être à la place de Zoom",
            english="unreadable answer to the token request",
            english_cure="check oauth_host: another server may be answering in Zoom's place",
        ),
    ]
)


def refusal(response: httpx.Response, conn_id: str) -> ProviderError | None:
    """The error behind a token answer, None where it is a success."""
    if response.is_success:
        return None
    status = response.status_code
    if status in {408, 429} or response.is_server_error:
        return TABLE["zoom_jeton_indisponible"].error(
            conn_id, detail=f"HTTP {status}", retry_after=retry_after(response)
        )
    error, reason = read_error(response, "reason")
    row = TABLE[_code(error, reason)]
    return row.error(conn_id, detail=row.known_words(error, reason) or f"HTTP {status}")


def _code(error: str, reason: str) -> str:
    if "disabled" in reason or "activated" in reason:
        return "zoom_application"
    match error:
        case "invalid_client":
            return "zoom_identifiants"
        case "unsupported_grant_type" | "unauthorized_client":
            return "zoom_type_application"
        case "invalid_request":
            return "zoom_compte"
        case _ if "account" in reason:
            return "zoom_compte"
        case _:
            return "zoom_jeton_refus"
