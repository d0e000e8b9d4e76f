"""The voie as one worker drives on it: when the next call may start, and what the others have to hear of."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, assert_never

from relances.rules.disjoncteur import Latence, Releve
from relances.rules.politique import Disjoncteur
from relances.sending.pacing import Cadence, Pace
from relances.sending.phases import (
    Answer,
    Blamed,
    Failing,
    Halte,
    Halted,
    Heard,
    News,
    Nothing,
    Over,
    Phase,
    Probing,
    Silence,
    Trouble,
    Troubled,
    after,
    news_of,
    opened,
    places,
    seen,
)
from relances.store.voies import EtatVoie, Suspension, VoieStore
from relances_providers.messaging import Limits

logger = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0  # seconds: a person who stops the sending sees it stop


@dataclass(frozen=True, slots=True)
class Nouvelles:
    """What a worker saw of its voie that people hear of.

    ``suspension``: the one it made itself. ``guerie_de``: since when the voie was in trouble, where this worker saw the
    end of it, and nobody a new one.
    """

    suspension: Suspension | None = None
    guerie_de: datetime | None = None


class Hearing:
    """What answers told since the voie was last looked at. ``silence``: seconds of it that are asked for."""

    def __init__(self, disjoncteur: Disjoncteur) -> None:
        self._releve = Releve(disjoncteur)
        self._latence = Latence()
        self.repond = self.ralentir = False
        self.silence = 0.0

    @property
    def gueri(self) -> bool:
        """Whether the latest answers are those of a voie without trouble."""
        return self._releve.sain

    def hear(self, news: News, seconds: float) -> bool:
        """Note one answer, which took so long; True where the breaker opens."""
        match news:
            case Nothing() | Over():
                return False
            case Heard():
                self.repond = True
                self.ralentir = self._latence.note(seconds) or self.ralentir
                self._releve.note(echec=False)
                return False
            case Blamed():
                self.repond = True
            case Silence(seconds=asked):
                self.silence, self.ralentir = max(self.silence, asked), True
            case Failing():
                self.ralentir = True
            case _:
                assert_never(news)
        return self._releve.note(echec=True)

    def forget(self) -> None:
        """The voie was told."""
        self.repond = self.ralentir = False


class Traffic:
    """The voie as one worker sees it. ``phase``: how it goes on; ``nouvelles``: what people are to hear."""

    def __init__(
        self,
        voie: VoieStore,
        limits: Limits,
        disjoncteur: Disjoncteur,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._voie = voie
        self._limits = limits
        self._disjoncteur = disjoncteur
        self._clock = clock
        self._hearing = Hearing(disjoncteur)
        self._looked_at = float("-inf")
        self._in_trouble = False
        self.pace = Pace(Cadence.of(limits.rate_per_second), clock)
        self.phase: Phase = Probing()
        self.nouvelles = Nouvelles()

    async def open(self) -> None:
        """See how the voie is, before anything is claimed."""
        await self._voie.open()
        self.phase = opened(await self._look())

    @property
    def halte(self) -> Halte | None:
        """Why nothing more may start, as the voie says."""
        return self.phase.halte if isinstance(self.phase, Halted) else None

    @property
    def attente(self) -> float:
        """Seconds until the voie lets anything start, where it says so."""
        return self.phase.attente if isinstance(self.phase, Halted) else 0.0

    @property
    def trouble(self) -> Trouble | None:
        """What this worker stopped for."""
        return self.phase.trouble if isinstance(self.phase, Troubled | Halted) else None

    @property
    def is_over(self) -> bool:
        """Whether nothing more may start."""
        return isinstance(self.phase, Troubled | Halted)

    @property
    def places(self) -> int:
        """Calls that there may be at once."""
        return places(self.phase, self._limits.max_in_flight)

    def is_due(self, *, hungry: bool) -> bool:
        """Whether the voie has to be looked at. ``hungry``: there is something to send, and a free place for it."""
        if isinstance(self.phase, Halted):
            return False
        low = hungry and self.pace.left < self._chunk / 2
        return self.has_to_tell or low or self._clock() >= self._looked_at + LOOK_EVERY

    @property
    def has_to_tell(self) -> bool:
        """Whether the others have to hear of something: a silence asked for, a trouble, or the end of one."""
        if isinstance(self.phase, Halted):
            return False
        over = self._in_trouble and self._hearing.gueri
        return self._hearing.silence > 0 or isinstance(self.phase, Troubled) or over

    async def look(self) -> None:
        """Tell the voie what was learnt, and learn what the others told it."""
        if self._hearing.silence > 0:
            await self._voie.pause(self._hearing.silence)
            self.pace.drop()
            self._hearing.silence = 0.0
        if isinstance(self.phase, Troubled):
            trouble = self.phase.trouble
            suspension = await self._voie.suspend(
                self._disjoncteur, trouble.motif, trouble.au_moins, essai=trouble.essai
            )
            self.nouvelles = Nouvelles(suspension)
        self.phase = seen(self.phase, await self._look())

    async def _look(self) -> EtatVoie:
        hearing, wanted = self._hearing, max(0, self._chunk - self.pace.left)
        etat = await self._voie.look(
            wanted,
            self.pace.cadence.debit,
            ralentir=hearing.ralentir,
            repond=hearing.repond,
            gueri=hearing.gueri,
        )
        self._looked_at = self._clock()
        hearing.forget()
        self._in_trouble = etat.suspensions > 0
        self.pace.add(etat.departs)
        fell_again = etat.arretee or etat.suspendue > 0
        guerie_de = None if fell_again else etat.guerie_de or self.nouvelles.guerie_de
        self.nouvelles = Nouvelles(self.nouvelles.suspension, guerie_de)
        return etat

    @property
    def _chunk(self) -> int:
        """Departures worth reserving at once: what a quarter of a second may need."""
        return max(1, min(4 * self._limits.max_in_flight, int(self.pace.cadence.debit / 4)))

    def learn(self, answer: Answer, seconds: float) -> None:
        """What one call that took so many seconds says of those to come."""
        news, was_over = news_of(answer), self.is_over
        opens = self._hearing.hear(news, seconds)
        self.phase = after(self.phase, news, opens=opens, in_trouble=self._in_trouble)
        if isinstance(self.phase, Troubled) and not was_over:
            logger.error("envois suspendus : %s", self.phase.trouble.motif)
