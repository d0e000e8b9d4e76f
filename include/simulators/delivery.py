"""How far an accepted message got: it follows from the time that passed, and nothing has to run for it."""

from datetime import datetime, timedelta
from enum import IntEnum

from simulators.entry import Entry


class Stage(IntEnum):
    """The steps of a message on its way; each lasts as long as the settings say."""

    QUEUED = 0
    SENT = 1
    SETTLED = 2


def stage_of(entry: Entry, step: timedelta, now: datetime) -> Stage:
    """Where the message is now; steps of no length settle it at once."""
    age = now - entry.wall
    return Stage.QUEUED if age < step else Stage.SENT if age < 2 * step else Stage.SETTLED
