"""Why Keycloak gives no token: what it answers, what that means, how to mend it.

Classified on (HTTP status, ``error``); ``error_description`` only tells a missing secret from a wrong one, and
an unknown client from a forbidden grant in Keycloak 19 and before, which answer both with the same pair.
"""

from typing import Final

import httpx

from relances_providers.error_table import ErrorRow, Table, table
from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.http.retry_after import retry_after
from relances_providers.http.token_answers import read_error

_CLIENT_CURE: Final = (
    "renseignez client_secret dans la connexion {conn_id} (Keycloak → Clients → api-messaging → Credentials) "
    "ou désactivez « Client authentication »"
)
_CLIENT_CURE_ENGLISH: Final = "set client_secret in the connection, or turn Client authentication off"

TABLE: Final[Table] = table(
    [
        ErrorRow(
            code="keycloak_secret_absent",
            kind=Misconfigured,
            meaning="le client Keycloak est confidentiel et aucun secret n'est donné",
            cure=_CLIENT_CURE,
            english="the client is confidential and no secret is given",
            english_cure=_CLIENT_CURE_ENGLISH,
            wording="Client secret not provided in request",
        ),
        ErrorRow(
            code="keycloak_secret_faux",
            kind=Misconfigured,
            meaning="le secret du client Keycloak est faux ou absent",
            cure=_CLIENT_CURE,
            english="wrong or missing client_secret",
            english_cure=_CLIENT_CURE_ENGLISH,
            wording="Invalid client secret ; Invalid client or Invalid client credentials",
        ),
        ErrorRow(
            code="keycloak_client_inconnu",
            kind=Misconfigured,
            meaning="client Keycloak inconnu",
            cure="vérifiez client_id, puis client_secret, dans la connexion {conn_id}",
            english="unknown client",
            english_cure="check client_id, then client_secret, in the connection",
            wording="Invalid client credentials ; invalid_client",
        ),
        ErrorRow(
            code="keycloak_direct_access",
            kind=Misconfigured,
            meaning="le client Keycloak n'accepte pas un mot de passe",
            cure="activez « Direct access grants » dans Keycloak pour le client_id de la connexion {conn_id}",
            english="the client does not allow the password grant",
            english_cure="enable Direct access grants on that client",
            wording="Client not allowed for direct access grants ; unauthorized_client",
        ),
        ErrorRow(
            code="keycloak_identifiants",
            kind=Misconfigured,
            meaning="identifiant ou mot de passe refusé, ou compte désactivé ou incomplet",
            cure="vérifiez login et password de la connexion {conn_id}, puis le compte dans Keycloak ; "
            "jamais réessayé, pour ne pas bloquer le compte",
            english="user, password or account refused",
            english_cure="check login and password of the connection, then the account in Keycloak",
            wording="Invalid user credentials ; Account disabled ; Account is not fully set up ; invalid_grant",
        ),
        ErrorRow(
            code="keycloak_realm",
            kind=Misconfigured,
            meaning="le realm n'existe pas, ou l'adresse de Keycloak est fausse",
            cure="vérifiez realm et keycloak_host dans la connexion {conn_id}",
            english="unknown realm, or not Keycloak's address",
            english_cure="check realm and keycloak_host in the connection",
            wording="Realm does not exist",
        ),
        ErrorRow(
            code="keycloak_refus",
            kind=Misconfigured,
            meaning="Keycloak refuse la demande de jeton",
            cure="vérifiez keycloak_host, realm et client_id dans la connexion {conn_id}",
            english="Keycloak refuses the token request",
            english_cure="check keycloak_host, realm and client_id in the connection",
            wording="invalid_request ; unsupported_grant_type",
        ),
        ErrorRow(
            code="keycloak_indisponible",
            kind=TryLater,
            meaning="Keycloak est en panne ou surchargé",
            cure="nouvel essai plus tard, de lui-même ; si cela dure, prévenez qui tient Keycloak",
            english="Keycloak is unavailable",
            english_cure="tried again by itself; if it lasts, tell whoever runs Keycloak",
            wording="HTTP 408, 429, 500, 502, 503, 504 de Keycloak",
        ),
        ErrorRow(
            code="keycloak_injoignable",
            kind=TryLater,
            meaning="Keycloak ne répond pas",
            cure="vérifiez keycloak_host de la connexion {conn_id} et le réseau",
            english="Keycloak is out of reach",
            english_cure="check keycloak_host of the connection and the network",
            wording="ConnectError ; ReadTimeout ; KEYCLOAK_MESSAGING_HOST",
        ),
        ErrorRow(
            code="keycloak_illisible",
            kind=TryLater,
            meaning="la réponse de Keycloak est illisible",
            cure="vérifiez keycloak_host de la connexion {conn_id} : un autre serveur répond peut-être à sa place",
            english="unreadable answer from Keycloak",
            english_cure="check keycloak_host: another server may be answering in its place",
        ),
    ]
)


def refusal(response: httpx.Response, conn_id: str) -> ProviderError | None:
    """The error behind a token answer, None where it is a success."""
    if response.is_success:
        return None
    status = response.status_code
    if status in {408, 429} or response.is_server_error:
        return TABLE["keycloak_indisponible"].error(conn_id, detail=f"HTTP {status}", retry_after=retry_after(response))
    error, description = read_error(response, "error_description")
    row = TABLE[_code(status, error, description)]
    return row.error(conn_id, detail=row.known_words(error, description) or f"HTTP {status}")


def _code(status: int, error: str, description: str) -> str:
    match status, error:
        case 404, _:
            return "keycloak_realm"
        case _, "invalid_grant":
            return "keycloak_identifiants"
        case 400, "unauthorized_client" if "credentials" in description:  # Keycloak 19 and before
            return "keycloak_client_inconnu"
        case 400, "unauthorized_client":
            return "keycloak_direct_access"
        case _, "unauthorized_client" if "not provided" in description:
            return "keycloak_secret_absent"
        case _, "unauthorized_client":
            return "keycloak_secret_faux"
        case _, "invalid_client":
            return "keycloak_client_inconnu"
        case _:
            return "keycloak_refus"
