"""Reads Ventis' answers: which of success, refusal, setting, later or doubt each one is."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

import httpx

from relances_providers.discretion import HIDDEN
from relances_providers.error_table import ErrorRow
from relances_providers.errors import ProviderError
from relances_providers.http.answer_text import text_of
from relances_providers.http.retry_after import retry_after
from relances_providers.quotation import quote
from relances_providers.ventis.errors import TABLE

_SUCCESS: Final = re.compile(rb"\s*\+?SUCCESS\|\s*([^|\s]+)\s*\|.*\S.*", re.IGNORECASE | re.DOTALL)
_PIPE_ERROR: Final = re.compile(r"-ERROR\|([^|]*)\|(.*)", re.IGNORECASE | re.DOTALL)
# Ventis gives any violated constraint one code, and publishes no list: its words tell what it is about.
_WRONG: Final = r"invalid|incorrect|wrong|must|doit|format|erron"
_ABOUT_NUMBER: Final = re.compile(rf"(?=.*(?:num[ée]ro|number|phone|msisdn|destinataire|recipient))(?=.*(?:{_WRONG}))")
_ABOUT_TEXT: Final = re.compile(r"texte|text|empty|vide|too long|trop long|caract")
_UNPRINTED: Final = re.compile(r"[^!-~]")
_LONGEST_ID: Final = 100  # characters: Ventis' are of 36
_LONGEST_SAID: Final = 2_000  # characters of an explanation
_CODE: Final = re.compile(r"[A-Za-z_]\w{0,39}|-?\d{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VentisError:
    """An error body of Ventis. ``code`` is its application code (1003 …), not the HTTP status.

    ``said``: as Ventis does; ``message``: fit to be repeated.
    """

    code: str
    said: str = field(repr=False)
    message: str

    @property
    def row(self) -> ErrorRow:
        """The row of the error table that its words tell; it keeps its own code, except the sender's."""
        said = self.said[:_LONGEST_SAID].lower()
        if "sender" in said:
            return TABLE["1003"]
        if _ABOUT_NUMBER.search(said):
            return replace(TABLE["1005"], code=self.code)
        return replace(TABLE["texte" if _ABOUT_TEXT.search(said) else "inconnu"], code=self.code)


def read_answer(response: httpx.Response, conn_id: str) -> str:
    """The message's id at Ventis; raises one of the four errors."""
    # As bytes: what charset a refusal is in matters, and takes long to find out for each message.
    if response.is_success and (success := _SUCCESS.fullmatch(response.content)):
        return _UNPRINTED.sub("", success.group(1).decode("ascii", errors="ignore"))[:_LONGEST_ID]
    raise _error(response, _read_error(response), conn_id)


def token_refused(status: int, conn_id: str) -> ProviderError:
    """Ventis does not accept the token that Keycloak gave."""
    return TABLE["401"].error(conn_id, detail=f"HTTP {status}")


def _error(response: httpx.Response, error: VentisError | None, conn_id: str) -> ProviderError:
    status = response.status_code
    match status:
        case 429:
            return TABLE["429"].error(conn_id, retry_after=retry_after(response))
        case 401 | 403:
            return token_refused(status, conn_id)
        case 404 | 405:
            return TABLE["ENDPOINT_NOT_FOUND"].error(conn_id, detail=f"HTTP {status}")
        case _ if status == 408 or not (response.is_success or response.is_client_error):
            return TABLE["408"].error(conn_id, detail=f"HTTP {status}")
        case _ if error is not None:
            return error.row.error(conn_id, detail=error.message)
        case _ if status >= 400:
            return replace(TABLE["inconnu"], code=f"http_{status}").error(conn_id, detail=f"HTTP {status}")
        case _:
            return TABLE["408"].error(conn_id, detail=f"HTTP {status}")


def _read_error(response: httpx.Response) -> VentisError | None:
    if piped := _PIPE_ERROR.fullmatch(text_of(response).strip()):
        return _ventis_error(response, piped.group(1), piped.group(2))
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict) or not first.keys() >= {"error", "statusCode"}:
        return None
    return _ventis_error(response, first["statusCode"], str(first.get("message", "")))


def _ventis_error(response: httpx.Response, code: object, message: str) -> VentisError:
    # Providers repeat what they were sent in their errors; ours must not.
    known = _CODE.fullmatch(code.strip() if isinstance(code, str) else str(code) if type(code) is int else "")
    nobodys = known is not None and HIDDEN not in quote(known.group(), response)
    return VentisError(known.group() if known and nobodys else "inconnu", message, quote(message, response))
