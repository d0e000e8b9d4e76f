"""Keycloak's password grant, for :class:`TokenAuth`."""

from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from relances_providers.errors import ProviderError
from relances_providers.http.token_answers import read_token
from relances_providers.http.token_auth import Granted
from relances_providers.keycloak.errors import TABLE, refusal

_LIFE_UNSAID = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class KeycloakAccount:
    """Who asks for a token, and where. ``client_secret`` is None for a public client."""

    conn_id: str
    host: str
    realm: str
    client_id: str
    username: str
    password: str = field(repr=False)
    client_secret: str | None = field(repr=False, default=None)

    @property
    def token_url(self) -> str:
        return f"{self.host.rstrip('/')}/realms/{quote(self.realm, safe='')}/protocol/openid-connect/token"

    def request(self) -> httpx.Request:
        """A new token request."""
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        form = {
            "grant_type": "password",
            "client_id": self.client_id,
            "username": self.username,
            "password": self.password,
            **secret,
        }
        return httpx.Request("POST", self.token_url, data=form)

    def read(self, response: httpx.Response) -> Granted:
        """The token in Keycloak's answer. Raises Misconfigured or TryLater, by Keycloak's error table."""
        error = refusal(response, self.conn_id)
        if error is not None:
            raise error
        try:
            return read_token(response, _LIFE_UNSAID)
        except ValueError as error:
            raise TABLE["keycloak_illisible"].error(self.conn_id) from error

    def out_of_reach(self) -> ProviderError:
        """The error of a Keycloak that gave no answer."""
        return TABLE["keycloak_injoignable"].error(self.conn_id, detail=self.host)
