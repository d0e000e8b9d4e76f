"""Ends the wait for a server that stopped answering: cut off, or frozen while its network still answers."""

import logging
from collections.abc import Mapping
from typing import Final, TypeVar

import psycopg
from psycopg.abc import PQGen

logger = logging.getLogger(__name__)

CUT: Final[Mapping[str, int]] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
}
"""A network cut without a word must not hold an outcome for hours, whichever side spoke last."""

_PATIENCE: Final = 60.0  # seconds for one statement of a worker, each of which takes a moment

RV = TypeVar("RV")


class Silent(psycopg.OperationalError):
    """The server says nothing any more, though the network does not say that it is lost."""


class Impatient(psycopg.AsyncConnection):
    """A connection that waits a minute at most for an answer, and is closed then. Raises Silent.

    The kernel of a server that is frozen still answers for it: no setting of the network ends that wait.
    """

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 - as psycopg's
        """Wait for an answer as psycopg does, for a minute at most."""
        try:
            return await super().wait(gen, interval, _PATIENCE if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # it has no public name
            if timeout is not None:
                raise
            await self.close()
            logger.warning("la base ne répond plus, sa connexion est refaite — the server went silent: connecting anew")
            raise Silent("the server went silent") from None
