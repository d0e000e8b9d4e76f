"""Reads Twilio's answers: which of success, refusal, setting, later or doubt each one is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import httpx

from relances_providers.error_table import ErrorRow
from relances_providers.errors import Fault, Misconfigured, ProviderError, TryLater
from relances_providers.http.json_object import object_of
from relances_providers.http.retry_after import retry_after
from relances_providers.quotation import plain, quote
from relances_providers.twilio.errors import TABLE

MESSAGE_ID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_CODE: Final = re.compile(r"[1-9][0-9]{4,5}")


@dataclass(frozen=True, slots=True)
class TwilioError:
    """An error body of Twilio. ``code``: Twilio's, None where another server answered."""

    code: str | None
    message: str


def read_receipt(response: httpx.Response, conn_id: str) -> str:
    """The id of the message that was sent; raises one of the four errors."""
    sid = _object(response).get("sid") if response.is_success else None
    if isinstance(sid, str) and MESSAGE_ID.fullmatch(sid):
        return sid
    raise _refusal(response, conn_id) or TABLE["408"].error(conn_id, detail=f"HTTP {response.status_code}")


def read_resource(response: httpx.Response, conn_id: str) -> Mapping[str, object]:
    """What a look-up found. Raises TryLater or Misconfigured: nothing is sent by asking."""
    if response.is_success and (found := _object(response)):
        return found
    error = _refusal(response, conn_id)
    # A question that Twilio does not understand (400) is no setting: those are met with 401, 403 and 404.
    mend = isinstance(error, Misconfigured) and response.status_code != httpx.codes.BAD_REQUEST
    if error is not None and (mend or (isinstance(error, TryLater) and error.fault is not Fault.NOBODY)):
        raise error
    raise unusable(response, conn_id)


def unusable(response: httpx.Response, conn_id: str) -> ProviderError:
    """A look-up was answered something that is of no use."""
    return TABLE["indisponible"].error(conn_id, detail=f"HTTP {response.status_code}")


def failure(code: str | None, status: str, said: str, conn_id: str) -> ProviderError:
    """Why a message that was accepted did not arrive. ``said``: by Twilio, without what only the message says."""
    return _row(code, otherwise=status).error(conn_id, detail=plain(said))


def code_of(value: object) -> str | None:
    """An error code, which is a number in some answers and text in others."""
    known = _CODE.fullmatch(str(value))
    return known.group() if known else None


def _refusal(response: httpx.Response, conn_id: str) -> ProviderError | None:
    """Twilio's refusal to do what was asked; None where the answer does not tell that it was not done."""
    status = response.status_code
    if status == httpx.codes.REQUEST_TIMEOUT or not response.is_client_error:
        return None
    error = _read_error(response)
    row = _row_of_status(status, error) or _row(error.code, otherwise=f"http_{status}")
    waits = [seconds for seconds in (row.retry_after, retry_after(response)) if seconds is not None]
    return row.error(conn_id, detail=error.message or f"HTTP {status}", retry_after=max(waits, default=None))


def _row_of_status(status: int, error: TwilioError) -> ErrorRow | None:
    """The row of the status, where it says more than the code, or where there is none."""
    row = TABLE.get(error.code or "")
    match status:
        case 401 if row is None or row.kind is not Misconfigured:
            return TABLE["20003"]
        case 429 if row is None or row.kind is not TryLater:
            return TABLE["20429"]
        case 403 if error.code is None:
            return TABLE["20403"]
        case 404 | 405 if error.code is None:
            return TABLE["20404"]
        case _:
            return row


def _row(code: str | None, *, otherwise: str) -> ErrorRow:
    # Twilio has some thousand codes, and new ones without notice: those unknown share a row, each keeps its own.
    known = code or otherwise
    return TABLE.get(known) or replace(TABLE["inconnu"], code=known)


def _read_error(response: httpx.Response) -> TwilioError:
    body = _object(response)
    said = next((body[name] for name in ("message", "detail", "title") if isinstance(body.get(name), str)), "")
    return TwilioError(code_of(body.get("code")), quote(str(said), response))


def _object(response: httpx.Response) -> Mapping[str, object]:
    try:
        return object_of(response)
    except ValueError:
        return {}
