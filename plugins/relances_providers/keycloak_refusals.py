"""Why Keycloak gives no token: what it answers, what that means, how to mend it.

Classified on (HTTP status, ``error``); ``error_description`` only tells a missing secret from a wrong one, and
an unknown client from a forbidden grant in Keycloak 19 and before, which answer both with the same pair.
"""

from dataclasses import dataclass
from typing import Final

import httpx

from relances_providers.errors import Misconfigured, ProviderError, TryLater


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of refusal: our code and its cause and cure in French, then English."""

    code: str
    french: str
    english: str


_CURE: Final = (
    "renseignez client_secret dans la connexion {conn_id} (Keycloak → Clients → Credentials) "
    "ou désactivez « Client authentication »"
)
MISSING_SECRET: Final = Refusal(
    "keycloak_secret_absent",
    f"« Client secret not provided in request » : le client est confidentiel ; {_CURE}",
    "the client is confidential: set client_secret",
)
WRONG_SECRET: Final = Refusal(
    "keycloak_secret_faux",
    f"« Invalid client secret » ou « Invalid client or Invalid client credentials » : {_CURE}",
    "wrong client_secret or client_id",
)
UNKNOWN_CLIENT: Final = Refusal(
    "keycloak_client_inconnu",
    "client inconnu (« Invalid client or Invalid client credentials ») : vérifiez client_id, puis client_secret, "
    "dans la connexion {conn_id}",
    "unknown client: check client_id, then client_secret",
)
NO_DIRECT_ACCESS: Final = Refusal(
    "keycloak_direct_access",
    "« Client not allowed for direct access grants » : activez « Direct access grants » dans Keycloak pour le "
    "client_id de la connexion {conn_id}",
    "enable Direct access grants on that client",
)
WRONG_USER: Final = Refusal(
    "keycloak_identifiants",
    "identifiant ou mot de passe refusé, ou compte désactivé ou incomplet : vérifiez login et password de la "
    "connexion {conn_id}, puis le compte dans Keycloak",
    "user, password or account refused: check login and password",
)
UNKNOWN_REALM: Final = Refusal(
    "keycloak_realm",
    "« Realm does not exist » ou adresse inconnue : vérifiez realm et keycloak_host dans la connexion {conn_id}",
    "unknown realm: check realm and keycloak_host",
)
OTHER: Final = Refusal(
    "keycloak_refus",
    "demande de jeton refusée : vérifiez keycloak_host, realm et client_id dans la connexion {conn_id}",
    "token request refused: check keycloak_host, realm and client_id",
)


def refusal(response: httpx.Response, conn_id: str) -> ProviderError | None:
    """The error behind a token answer, None where it is a success."""
    if response.is_success:
        return None
    if response.status_code in {408, 429} or response.is_server_error:
        return TryLater(
            f"Keycloak répond {response.status_code} : nouvel essai plus tard — Keycloak is unavailable",
            code="keycloak_indisponible",
        )
    kind = _kind(response.status_code, *_error_of(response))
    french = kind.french.format(conn_id=conn_id)
    return Misconfigured(f"Keycloak ({response.status_code}) : {french} — {kind.english}", code=kind.code)


def _kind(status: int, error: str, description: str) -> Refusal:
    match status, error:
        case 404, _:
            return UNKNOWN_REALM
        case _, "invalid_grant":
            return WRONG_USER
        case 400, "unauthorized_client" if "credentials" in description:  # Keycloak 19 and before
            return UNKNOWN_CLIENT
        case 400, "unauthorized_client":
            return NO_DIRECT_ACCESS
        case _, "unauthorized_client" if "not provided" in description:
            return MISSING_SECRET
        case _, "unauthorized_client":
            return WRONG_SECRET
        case _, "invalid_client":
            return UNKNOWN_CLIENT
        case _:
            return OTHER


def _error_of(response: httpx.Response) -> tuple[str, str]:
    try:
        body = response.json()
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("error", "")), str(body.get("error_description", "")).lower()
