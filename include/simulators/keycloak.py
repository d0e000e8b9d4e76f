"""The token endpoint of Keycloak, for the password and refresh_token grants.

Statuses and texts are those of releases 19.0.3, 20.0.3 and 26.7.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import uuid4

from aiohttp import web

from simulators.exchange import json_answer
from simulators.settings import Settings
from simulators.tokens import Standing, Tokens

TOKEN_PATH = "/realms/{realm}/protocol/openid-connect/token"  # noqa: S105 - an address
NO_DIRECT_ACCESS = "sans-acces-direct"
DISABLED = "compte-desactive"
INCOMPLETE = "compte-incomplet"

Form: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without token; `status` is the HTTP one."""

    status: int
    error: str
    description: str | None = None


_UNKNOWN_REALM = Refusal(404, "Realm does not exist")
_NO_GRANT_TYPE = Refusal(400, "invalid_request", "Missing form parameter: grant_type")
_OTHER_GRANT_TYPE = Refusal(400, "unsupported_grant_type", "Unsupported grant_type")
_NO_DIRECT_ACCESS = Refusal(400, "unauthorized_client", "Client not allowed for direct access grants")
_NO_USERNAME = Refusal(401, "invalid_request", "Missing parameter: username")
_BAD_USER = {
    "19": Refusal(401, "invalid_grant", "Invalid user credentials"),
    "20": Refusal(401, "invalid_grant", "Invalid user credentials"),
    "26": Refusal(400, "invalid_grant", "Invalid user credentials"),
}
_DISABLED = Refusal(400, "invalid_grant", "Account disabled")
_INCOMPLETE = Refusal(400, "invalid_grant", "Account is not fully set up")
_NO_REFRESH = Refusal(400, "invalid_request", "No refresh token")
_BAD_REFRESH = {
    Standing.UNKNOWN: Refusal(400, "invalid_grant", "Invalid refresh token"),
    Standing.EXPIRED: Refusal(400, "invalid_grant", "Token is not active"),
}
_CLIENT_19 = {
    "unknown": Refusal(400, "unauthorized_client", "Invalid client credentials"),
    "no secret": Refusal(401, "unauthorized_client", "Client secret not provided in request"),
    "wrong secret": Refusal(401, "unauthorized_client", "Invalid client secret"),
}
_CLIENT_20 = {
    "unknown": Refusal(401, "invalid_client", "Invalid client or Invalid client credentials"),
    "no secret": Refusal(401, "unauthorized_client", "Invalid client or Invalid client credentials"),
    "wrong secret": Refusal(401, "unauthorized_client", "Invalid client or Invalid client credentials"),
}
_CLIENT = {"19": _CLIENT_19, "20": _CLIENT_20, "26": _CLIENT_20}


class Keycloak:
    """One realm with one client, one user, and the few others that the package's table names."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Answer `POST` on the token endpoint."""
        form = await request.post()
        refusal = self._refusal(request.match_info["realm"], form)
        return self._issue() if refusal is None else _refuse(refusal)

    def _refusal(self, realm: str, form: Form) -> Refusal | None:
        if realm != self._settings.realm:
            return _UNKNOWN_REALM
        match form.get("grant_type"):
            case None:
                return _NO_GRANT_TYPE
            case "password":
                return self._bad_client(form) or self._bad_user(form)
            case "refresh_token":
                return self._bad_client(form) or self._bad_refresh(form)
            case _:
                return _OTHER_GRANT_TYPE

    def _bad_client(self, form: Form) -> Refusal | None:
        settings = self._settings
        words = _CLIENT[settings.generation]
        if form.get("client_id") not in {settings.client_id, NO_DIRECT_ACCESS}:
            return words["unknown"]
        if settings.client_secret is None:
            return None
        if "client_secret" not in form:
            return words["no secret"]
        return None if form["client_secret"] == settings.client_secret else words["wrong secret"]

    def _bad_user(self, form: Form) -> Refusal | None:
        username = form.get("username")
        if form["client_id"] == NO_DIRECT_ACCESS:
            return _NO_DIRECT_ACCESS
        if username is None:
            return _NO_USERNAME
        if username == DISABLED:
            return _DISABLED
        if username not in {self._settings.username, INCOMPLETE} or form.get("password") != self._settings.password:
            return _BAD_USER[self._settings.generation]
        return _INCOMPLETE if username == INCOMPLETE else None

    def _bad_refresh(self, form: Form) -> Refusal | None:
        if "refresh_token" not in form:
            return _NO_REFRESH
        return _BAD_REFRESH.get(self._tokens.refresh(str(form["refresh_token"])))

    def _issue(self) -> web.Response:
        issued = self._tokens.issue()
        return _json(
            200,
            {
                "access_token": issued.access,
                "expires_in": self._settings.token_seconds,
                "refresh_expires_in": self._settings.refresh_seconds,
                "refresh_token": issued.refresh,
                "token_type": "Bearer",
                "not-before-policy": 0,
                "session_state": str(uuid4()),
                "scope": "email profile",
            },
        )


def _refuse(refusal: Refusal) -> web.Response:
    body = {"error": refusal.error, "error_description": refusal.description}
    return _json(refusal.status, {name: text for name, text in body.items() if text is not None})


def _json(status: int, body: Mapping[str, object]) -> web.Response:
    return json_answer(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
