"""How long the balances that were read may still be sent by, and their reading ahead of time, beside the calls."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from relances.rules.errors import PipelineError
from relances.rules.politique import SOLDES_MAX

logger = logging.getLogger(__name__)

_MARGIN: Final = 0.05  # of the bound: what was claimed in time by our clock is so by the database's
_LOOK_AGAIN: Final = 1.0  # seconds until another look at what somebody else reads
_TRY_AGAIN: Final = 5.0  # seconds until a reading that failed is tried again


@dataclass(frozen=True, slots=True)
class Lecture:
    """``read``: sees to it that balances are read ahead of time, in a thread; when they were, in monotonic seconds.

    ``stop``: ends that. ``lue``: when they were at first. ``soldes_max``: seconds that they may be sent by.
    """

    read: Callable[[], float]
    stop: Callable[[], None]
    lue: float
    soldes_max: float = SOLDES_MAX


class Soldes:
    """The balances that one worker sends by; where nobody says how they are read, they are somebody else's care."""

    def __init__(self, lecture: Lecture | None) -> None:
        self._lecture = lecture
        self._reading: asyncio.Task[float] | None = None
        self._until = self._due = float("inf")
        if lecture is not None:
            self._note(lecture, lecture.lue)

    @property
    def serve(self) -> bool:
        """Whether relances may leave by them."""
        return monotonic() < self._until

    def look(self) -> None:
        """Have them read again where it is time to. Raises what a reading failed of, once nothing may leave."""
        if self._lecture is None:
            return
        if self._reading is not None and self._reading.done():
            ended, self._reading = self._reading, None
            self._hear(self._lecture, ended)
        if self._reading is None and monotonic() >= self._due:
            self._reading = asyncio.create_task(asyncio.to_thread(self._lecture.read))

    async def ended(self, *, at_once: bool = False) -> None:
        """A reading under way has: it is for the other lots too. ``at_once``: it is cut short."""
        if self._lecture is None or self._reading is None:
            return
        if at_once:
            self._lecture.stop()
        [outcome] = await asyncio.gather(self._reading, return_exceptions=True)
        if isinstance(outcome, BaseException) and not isinstance(outcome, PipelineError):
            raise outcome

    def _hear(self, lecture: Lecture, ended: asyncio.Task[float]) -> None:
        try:
            self._note(lecture, ended.result())
        except PipelineError as error:
            if not self.serve:
                raise
            logger.warning("soldes : %s", error)
            self._due = monotonic() + _TRY_AGAIN

    def _note(self, lecture: Lecture, lue: float) -> None:
        self._until = lue + lecture.soldes_max * (1 - _MARGIN)
        self._due = max(lue + lecture.soldes_max / 2, monotonic() + _LOOK_AGAIN)
