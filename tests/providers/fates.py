"""What befalls a request to the simulators, in one word; and what each fault is to bring about."""

from collections.abc import Awaitable

import httpx

from simulators.faults import Fault

ACCEPTED = "accepted"
"""Stands for the status with which a provider accepts: 200 or 201."""

FATES: dict[Fault, tuple[str, int]] = {
    Fault.RESET_BEFORE: ("reset", 0),
    Fault.RESET_AFTER: ("reset", 1),
    Fault.CLOSE_AFTER: ("closed", 1),
    Fault.HALF_ANSWER: ("half", 1),
    Fault.TIMEOUT_BEFORE: ("timeout", 0),
    Fault.TIMEOUT_AFTER: ("timeout", 1),
    Fault.HTTP_500_BEFORE: ("500", 0),
    Fault.HTTP_500_AFTER: ("500", 1),
    Fault.HTTP_502_BEFORE: ("502", 0),
    Fault.HTTP_502_AFTER: ("502", 1),
    Fault.HTTP_503_BEFORE: ("503", 0),
    Fault.HTTP_503_AFTER: ("503", 1),
    Fault.HTTP_504_BEFORE: ("504", 0),
    Fault.HTTP_504_AFTER: ("504", 1),
    Fault.HTTP_429: ("429", 0),
    Fault.UNAUTHORIZED: ("401", 0),
    Fault.WRONG_SENDER: ("400", 0),
    Fault.INVALID_NUMBER: ("400", 0),
    Fault.GARBAGE_200: ("200", 1),
    Fault.HTML_200: ("200", 0),
    Fault.REDIRECT_307: ("307", 0),
    Fault.REDIRECT_308: ("308", 0),
}
"""On a message: what its sender sees, and how many messages are in the ledger."""

TOKEN_FATES = {Fault.TOKEN_500: "500", Fault.TOKEN_TIMEOUT: "timeout", Fault.TOKEN_RESET: "reset"}
LOOKUP_FATES = {Fault.LOOKUP_500: "500", Fault.LOOKUP_TIMEOUT: "timeout"}

MAGIC_FATES = {
    "00400": (["400", "400"], 0),
    "00408": (["timeout", "timeout"], 2),
    "00429": (["429", ACCEPTED, ACCEPTED], 2),
    "00500": (["500", "500"], 0),
    "00999": (["reset", "reset"], 2),
}
"""By the digits of a magic number: what the senders of the same text see, one after the other; the ledger's count."""


async def fate(call: Awaitable[httpx.Response]) -> str:
    """What befalls a request."""
    try:
        answer = await call
    except httpx.ReadTimeout:
        return "timeout"
    except httpx.ReadError:
        return "reset"
    except httpx.RemoteProtocolError as exc:
        return "half" if "complete message body" in str(exc) else "closed"
    return str(answer.status_code)


def patience(expected: str) -> httpx.Timeout:
    """How long to wait for this fate: who knows that no answer will come does not wait."""
    return httpx.Timeout(10, read=0.2 if expected == "timeout" else 10)
