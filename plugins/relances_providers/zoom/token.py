"""Zoom's Server-to-Server OAuth, for :class:`TokenAuth`: an hour a token, and nothing to refresh it with."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

import httpx

from relances_providers.errors import ProviderError
from relances_providers.http.token_answers import read_token
from relances_providers.http.token_auth import Granted
from relances_providers.zoom.token_errors import TABLE, refusal

_HOUR: Final = 3600.0  # seconds: the life of a token, where the answer does not say


@dataclass(frozen=True, slots=True)
class ZoomAccount:
    """Who asks for a token, and where: the credentials of a Server-to-Server OAuth app."""

    conn_id: str
    host: str
    account_id: str
    client_id: str
    client_secret: str = field(repr=False)

    def request(self) -> httpx.Request:
        """A new token request; nothing of it is in the address, which servers and proxies log."""
        basic = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return httpx.Request(
            "POST",
            f"{self.host}/oauth/token",
            headers={"Authorization": f"Basic {basic}"},
            data={"grant_type": "account_credentials", "account_id": self.account_id},
        )

    def read(self, response: httpx.Response) -> Granted:
        """The token in Zoom's answer. Raises Misconfigured or TryLater, by Zoom's error table."""
        error = refusal(response, self.conn_id)
        if error is not None:
            raise error
        try:
            return read_token(response, _HOUR)
        except ValueError as error:
            raise TABLE["zoom_jeton_illisible"].error(self.conn_id) from error

    def out_of_reach(self) -> ProviderError:
        """The error of a Zoom that gave no answer."""
        return TABLE["zoom_injoignable"].error(self.conn_id, detail=self.host)
