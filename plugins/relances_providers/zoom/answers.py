"""Reads what Zoom answers to a message or a question: an id, or which of its errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import httpx

from relances_providers.error_table import ErrorRow
from relances_providers.errors import Fault, Misconfigured, ProviderError, TryLater
from relances_providers.http.json_object import object_of
from relances_providers.http.retry_after import retry_after
from relances_providers.quotation import quote
from relances_providers.zoom.connection_errors import MISSING_SCOPE
from relances_providers.zoom.errors import TABLE

_BY_WORDS: Final = {  # where Zoom documents no code, or gives the same meaning several
    "does not contain scopes": MISSING_SCOPE,
    "opted out": "opposition",
    "opt-out": "opposition",
    "10dlc": "campagne",
    "campaign": "campagne",
    "landline": "sans_sms",
    "not sms capable": "sans_sms",
}
_BY_STATUS: Final = {401: "124", 403: "403", 404: "ENDPOINT_NOT_FOUND", 405: "ENDPOINT_NOT_FOUND"}
_LONGEST: Final = 200  # characters of an id
_LONGEST_SAID: Final = 2_000  # of an explanation
_ABOUT_A_NUMBER: Final = frozenset({"300", "316", "7001"})


@dataclass(frozen=True, slots=True)
class ZoomError:
    """An error body of Zoom. ``code`` is its application code (7001 …); ``fields``: what it finds wrong, by path.

    ``said``: as Zoom does; ``message``: fit to be repeated.
    """

    code: str
    said: str = field(repr=False)
    message: str
    fields: tuple[str, ...]

    def about(self, field: str) -> bool:
        """Whether it is about this field of the request."""
        return any(path.startswith(field) for path in self.fields)


def read_receipt(response: httpx.Response, conn_id: str) -> str:
    """The message's id, as :func:`message_id` makes it; raises one of the four errors."""
    if not response.is_success:
        raise error_of(response, conn_id)
    try:
        body = object_of(response)
        return message_id(text_of(body, "session_id"), text_of(body, "message_id"))
    except ValueError as error:
        raise _unusable(response, conn_id) from error


def text_of(body: Mapping[str, object], name: str) -> str:
    """An id or another short word that is there; raises ValueError, also for what no database could hold."""
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST or not value.isprintable():
        raise ValueError(f"no {name}")
    return value


def message_id(session: str, message: str) -> str:
    """Zoom finds a message by its conversation and its own id: both make ours, ``<session_id>:<message_id>``."""
    return f"{session}:{message}"


def error_of(response: httpx.Response, conn_id: str) -> ProviderError:
    """What an answer to ``POST /phone/sms/messages`` means that is no success."""
    status = response.status_code
    if status == 429:
        return _limited(response, conn_id)
    if status == 408 or not response.is_client_error:
        return _unusable(response, conn_id)
    error = _read_error(response)
    if error is None:
        row = TABLE[_BY_STATUS[status]] if status in _BY_STATUS else replace(TABLE["inconnu"], code=f"http_{status}")
        return row.error(conn_id, detail=f"HTTP {status}")
    return _row(status, error).error(conn_id, detail=error.message)


def look_up_error(response: httpx.Response, conn_id: str) -> ProviderError:
    """The error of a refused question, which sends nothing: TryLater, or Misconfigured."""
    error = error_of(response, conn_id)
    if isinstance(error, TryLater | Misconfigured) and error.fault is not Fault.NOBODY:
        return error
    return TABLE["recherche"].error(conn_id, detail=f"HTTP {response.status_code}")


def _row(status: int, error: ZoomError) -> ErrorRow:
    said = error.said[:_LONGEST_SAID].lower()
    by_words = next((row for words, row in _BY_WORDS.items() if words in said), None)
    if by_words is not None:
        return TABLE[by_words]
    if error.code in {"104", "4700"}:
        return TABLE[MISSING_SCOPE]
    if error.code in _ABOUT_A_NUMBER and error.about("sender"):
        return replace(TABLE["expediteur"], code=error.code)
    if error.code in _ABOUT_A_NUMBER and error.about("to_members"):
        return replace(TABLE["destinataire"], code=error.code)
    if error.code in TABLE:
        return TABLE[error.code]
    # A code of its own on a 404 proves that this is Zoom: something is not found, but not the address.
    if status in {401, 403} or (status in _BY_STATUS and error.code == str(status)):
        return TABLE[_BY_STATUS[status]]
    return replace(TABLE["inconnu"], code=error.code)


def _limited(response: httpx.Response, conn_id: str) -> ProviderError:
    error = _read_error(response)
    said = f"{response.headers.get('X-RateLimit-Type', '')} {error.said if error else ''}".lower()
    return TABLE["429_jour" if "daily" in said else "429"].error(conn_id, retry_after=retry_after(response))


def _unusable(response: httpx.Response, conn_id: str) -> ProviderError:
    return TABLE["408"].error(conn_id, detail=f"HTTP {response.status_code}")


def _read_error(response: httpx.Response) -> ZoomError | None:
    try:
        body = object_of(response)
    except ValueError:
        return None
    code, errors = body.get("code"), body.get("errors")
    if type(code) is not int or not 0 <= code < 10**6:
        return None
    wrong = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    fields = [(str(error.get("field", "")), str(error.get("message", ""))) for error in wrong]
    # Providers repeat what they were sent in their errors; ours must not.
    said = " ; ".join([str(body.get("message", "")), *(f"{field} : {reason}" for field, reason in fields)])
    return ZoomError(str(code), said, quote(said, response), tuple(field for field, _ in fields))
