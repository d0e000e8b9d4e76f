"""One accepted message."""

from datetime import datetime

from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """A message that a provider took, whatever its client heard of it.

    `seq` counts from 1 without a hole. `monotonic` is in seconds, on the clock that the processes of one
    machine share. `wall` is in UTC.
    """

    seq: int
    uuid: str
    provider: str
    to: str
    sender: str
    sha256: str
    text: str
    monotonic: float
    wall: datetime
