"""What one worker knows of its voie: when the next call may start, and whether there is to be one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import monotonic
from typing import Final

from relances.rules.disjoncteur import Latence, Releve
from relances.rules.outcomes import Acceptee, Issue, Reportee
from relances.rules.politique import Disjoncteur
from relances.sending.pacing import Cadence, Pace
from relances.store.voies import Suspension, VoieStore
from relances_providers.errors import Fault, Misconfigured, OutcomeUnknown, TryLater
from relances_providers.messaging import Limits

logger = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0  # seconds: a person who stops the sending sees it stop
_LONGEST_PAUSE: Final = 60.0  # seconds: a provider that wants more is left alone until then
_PROBES: Final = 3  # calls at once, and doubts at most, before the first answer of a worker
# A fault that is told later lets every message be accepted: the probe's own news decides, not its acceptance. Until
# then nothing else leaves, and the voie's pause doubles: a broken account costs one message a pause, half an hour soon.
_ON_TRIAL: Final = (
    "un message d'essai est parti, la file attend de savoir s'il arrive — a message was sent to try it, the lane waits "
    "to know whether it arrives"
)
_TOO_LATE: Final = "trop_tard"  # this worker was held up: nothing that its provider did


class Halte(StrEnum):
    """Why a lot stops before its end, to come back later."""

    FERMEE = "fermee"  # the send window is closed
    SUSPENDUE = "suspendue"  # the fournisseur is in trouble
    ARRETEE = "arretee"  # a person stopped the sending
    TENUE = "tenue"  # somebody else held some of its relances
    TOUR = "tour"  # only one may send by the fournisseur at a time, and somebody does


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stops a voie, and for how long at least. ``essai``: nothing but that its one call is made, see EtatVoie."""

    error: Exception
    au_moins: float = 0.0
    essai: bool = False

    @property
    def to_mend(self) -> Exception | None:
        """What a person has to mend, as it is raised; None for what passes by itself."""
        match self.error:
            case TryLater(fault=Fault.ACCOUNT) as error:
                return Misconfigured(str(error), code=error.code)  # of one message it was not; of most it is
            case TryLater() | OutcomeUnknown():
                return None
            case error:
                return error

    @property
    def motif(self) -> str:
        """The error in words about the voie: what it says of one message is no advice for all of them."""
        if isinstance(self.error, OutcomeUnknown):
            return f"réponses absentes ou inutilisables ({self.error.code}) — answers missing or unusable"
        return str(self.error)


class Traffic:
    """The voie as one worker sees it. ``halte``: why nothing more may start. ``suspension``: the one it made itself.

    ``guerie_de``: since when the voie was in trouble, where this worker saw the end of it, and nobody a new one.
    """

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
        self._cadence = Cadence.of(limits.rate_per_second)
        self._releve = Releve(disjoncteur)
        self._latence = Latence()
        self._looked_at = float("-inf")
        self._probes = _PROBES
        self._answered = False
        self._answers = self._slow = self._in_trouble = self._on_trial = False
        self._silence = 0.0
        self.pace = Pace(self._cadence, clock)
        self.halte: Halte | None = None
        self.attente = 0.0
        self.trouble: Trouble | None = None
        self.suspension: Suspension | None = None
        self.guerie_de: datetime | None = None

    async def open(self) -> None:
        """See how the voie is, before anything is claimed."""
        await self._voie.open()
        await self._look()
        if self._in_trouble or self._on_trial:
            self._probes = 1  # one call tells whether it still is

    @property
    def places(self) -> int:
        """Calls that there may be at once: few until one was answered, an outage must not put a batch in doubt."""
        most = self._limits.max_in_flight
        return most if self._answered and not self._on_trial else min(self._probes, most)

    def is_due(self, *, hungry: bool) -> bool:
        """Whether the voie has to be looked at. ``hungry``: there is something to send, and a free place for it."""
        if self.halte is not None:
            return False
        low = hungry and self.pace.left < self._chunk / 2
        return self.has_to_tell or low or self._clock() >= self._looked_at + LOOK_EVERY

    @property
    def has_to_tell(self) -> bool:
        """Whether the others have to hear of something: a silence asked for, a trouble, or the end of one."""
        over = self._in_trouble and self._releve.sain
        return self.halte is None and (self._silence > 0 or self.trouble is not None or over)

    async def look(self) -> None:
        """Tell the voie what was learnt, and learn what the others told it."""
        if self._silence > 0:
            await self._voie.pause(self._silence)
            self.pace.drop()
            self._silence = 0.0
        if self.trouble is not None:
            motif, au_moins, essai = self.trouble.motif, self.trouble.au_moins, self.trouble.essai
            self.suspension = await self._voie.suspend(self._disjoncteur, motif, au_moins, essai=essai)
        await self._look()

    async def _look(self) -> None:
        wanted = max(0, self._chunk - self.pace.left)
        etat = await self._voie.look(
            wanted, self._cadence.debit, ralentir=self._slow, repond=self._answers, gueri=self._releve.sain
        )
        self._looked_at = self._clock()
        self._answers = self._slow = False
        self._in_trouble, self._on_trial = etat.suspensions > 0, etat.a_prouver
        self.guerie_de = etat.guerie_de or self.guerie_de
        self.pace.add(etat.departs)
        if etat.arretee:
            self.halte, self.attente = Halte.ARRETEE, 0.0
        elif etat.suspendue > 0:
            self.halte, self.attente = Halte.SUSPENDUE, etat.suspendue
        if self.halte is not None:
            self.guerie_de = None  # it fell again since

    @property
    def _chunk(self) -> int:
        """Departures worth reserving at once: what a quarter of a second may need."""
        return max(1, min(4 * self._limits.max_in_flight, int(self._cadence.debit / 4)))

    def learn(self, issue: Issue, error: Exception | None, seconds: float) -> None:
        """What one call that took so many seconds says of those to come."""
        match issue, error:
            case Reportee(code=code), _ if code == _TOO_LATE:
                return
            case Acceptee(), _ if self._on_trial:
                self._stop(TryLater(_ON_TRIAL, code="essai"), essai=True)
            case _, TryLater(fault=Fault.NOBODY | Fault.ACCOUNT) as error:
                # It answers. One such answer says nothing of the others; most of them are no matter of one message.
                self._answers, self._answered = True, self._answered or not self._in_trouble
                if self._releve.note(echec=True):
                    self._stop(error)
            case _, TryLater(fault=Fault.NUMBER | Fault.TEXT):
                self._heard_well(seconds)
            case Reportee(apres=float(asked)), TryLater() as error if 0 < asked <= _LONGEST_PAUSE:
                self._silence = max(self._silence, asked)
                self._slow = True
                if self._releve.note(echec=True):
                    self._stop(error)  # it never wants anything but to wait
            case Reportee(apres=float(asked)), TryLater() as error if asked > 0:
                self._stop(error, asked)  # a daily quota: the lot does not wait for it
            case _, TryLater() | OutcomeUnknown() as error:
                self._slow = True
                self._fail(error)
            case _, Exception() as error:
                self._stop(error)
            case _:
                self._heard_well(seconds)

    def _heard_well(self, seconds: float) -> None:
        self._answered = self._answers = True
        self._releve.note(echec=False)
        self._slow = self._latence.note(seconds) or self._slow

    def _fail(self, error: Exception) -> None:
        opens = self._releve.note(echec=True)
        if not self._answered:
            self._probes -= 1
            opens = opens or self._probes == 0
        if opens:
            self._stop(error)

    def _stop(self, error: Exception, au_moins: float = 0.0, *, essai: bool = False) -> None:
        if self.trouble is None:
            self.trouble = Trouble(error, au_moins, essai)
            logger.error("envois suspendus : %s", self.trouble.motif)
