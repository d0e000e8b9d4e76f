"""How one worker goes on, by what its calls came to: each answer is news of the voie, and moves it to a phase.

Nothing here asks or tells anybody: see :mod:`traffic`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from relances.store.voies import EtatVoie
from relances_providers.errors import (
    TOO_LATE,
    Defect,
    Fault,
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)
from relances_providers.messaging import Receipt

Answer: TypeAlias = Receipt | ProviderError | Defect
"""What one call came to; a defect leaves it in doubt."""

PROBES: Final = 3  # calls at once, and doubts at most, before the first answer of a worker
_LONGEST_PAUSE: Final = 60.0  # seconds: a provider that wants more is left alone until then


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


# A fault that is told later lets every message be accepted: the probe's own news decides, not its acceptance. Until
# then nothing else leaves, and the voie's pause doubles: a broken account costs one message a pause, half an hour soon.
_ON_TRIAL: Final = Trouble(
    TryLater(
        "un message d'essai est parti, la file attend de savoir s'il arrive — a message was sent to try it, the lane "
        "waits to know whether it arrives",
        code="essai",
    ),
    essai=True,
)


# --- news: what one answer says of the calls to come ---


@dataclass(frozen=True, slots=True)
class Nothing:
    """This worker was held up: nothing that its provider did."""


@dataclass(frozen=True, slots=True)
class Heard:
    """It answers as it should. ``accepted``: it took the message."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class Blamed:
    """It answers with a fault that one message does not explain: most of them are no matter of one message."""

    error: TryLater


@dataclass(frozen=True, slots=True)
class Silence:
    """It asks for so many seconds of silence."""

    error: TryLater
    seconds: float


@dataclass(frozen=True, slots=True)
class Failing:
    """It gives no usable answer, or says that it cannot."""

    error: TryLater | OutcomeUnknown


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more may leave: a setting to mend, a defect, a quota that the lot does not wait for."""

    trouble: Trouble


News: TypeAlias = Nothing | Heard | Blamed | Silence | Failing | Over


def news_of(answer: Answer) -> News:
    """What an answer says of the voie."""
    match answer:
        case Receipt() | Rejected():
            return Heard(accepted=isinstance(answer, Receipt))
        case TryLater(code=code) if code == TOO_LATE:
            return Nothing()
        case TryLater(fault=Fault.NOBODY | Fault.ACCOUNT):
            return Blamed(answer)
        case TryLater(fault=Fault.NUMBER | Fault.TEXT):
            return Heard(accepted=False)
        case TryLater(retry_after=float() | int() as asked) if 0 < asked <= _LONGEST_PAUSE:
            return Silence(answer, float(asked))
        case TryLater(retry_after=float() | int() as asked) if asked > 0:
            return Over(Trouble(answer, float(asked)))  # a daily quota
        case TryLater() | OutcomeUnknown():
            return Failing(answer)
        case _:
            return Over(Trouble(answer))


# --- phases ---


@dataclass(frozen=True, slots=True)
class Probing:
    """Nothing was answered yet. ``left``: calls at once, and failures until the voie is in trouble."""

    left: int = PROBES


@dataclass(frozen=True, slots=True)
class Running:
    """It answers: as many calls at once as the connection allows."""


@dataclass(frozen=True, slots=True)
class OnTrial:
    """One message tells whether the next ones arrive, see EtatVoie. ``otherwise``: the phase but for that."""

    otherwise: Probing | Running


@dataclass(frozen=True, slots=True)
class Troubled:
    """Nothing more starts, and the others have to hear of it."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Halted:
    """Nothing more starts, as the voie says. ``attente``: seconds until it may. ``trouble``: what this worker told."""

    halte: Halte
    attente: float = 0.0
    trouble: Trouble | None = None


Phase: TypeAlias = Probing | Running | OnTrial | Troubled | Halted


def places(phase: Phase, most: int) -> int:
    """Calls that there may be at once: few until one was answered, an outage must not put a batch in doubt."""
    match phase:
        case Probing(left):
            return min(left, most)
        case OnTrial():
            return 1
        case Running() | Troubled() | Halted():
            return most
        case _:
            assert_never(phase)


def after(phase: Phase, news: News, *, opens: bool, in_trouble: bool) -> Phase:
    """The phase once one call has ended. ``opens``: whether the breaker does, by this failure among the latest.

    ``in_trouble``: whether the voie was suspended and nobody said since that it is well.
    """
    match phase, news:
        case (Troubled() | Halted(), _) | (_, Nothing()):
            return phase
        case _, Over(trouble):
            return Troubled(trouble)
        case OnTrial(), Heard(accepted=True):
            return Troubled(_ON_TRIAL)
        case _, Blamed(error) | Silence(error) | Failing(error) if opens:
            return Troubled(Trouble(error))
        case OnTrial(otherwise), _:
            inner = after(otherwise, news, opens=opens, in_trouble=in_trouble)
            return replace(phase, otherwise=inner) if isinstance(inner, Probing | Running) else inner
        case Probing(left), Failing(error):
            return Probing(left - 1) if left > 1 else Troubled(Trouble(error))
        case Probing(), Blamed() if in_trouble:
            return phase
        case Probing(), Heard() | Blamed():
            return Running()
        case _:
            return phase


def opened(etat: EtatVoie) -> Phase:
    """The first phase: where the voie was in trouble, one call tells whether it still is."""
    return seen(Probing(1 if etat.suspensions > 0 or etat.a_prouver else PROBES), etat)


def seen(phase: Phase, etat: EtatVoie) -> Phase:
    """The phase once the voie was looked at, and told of the trouble where there was one."""
    trouble = phase.trouble if isinstance(phase, Troubled | Halted) else None
    if etat.arretee:
        return Halted(Halte.ARRETEE, trouble=trouble)
    if etat.suspendue > 0 or trouble is not None:
        return Halted(Halte.SUSPENDUE, etat.suspendue, trouble)
    match phase:
        case OnTrial(otherwise) if not etat.a_prouver:
            return otherwise
        case Probing() | Running() if etat.a_prouver:
            return OnTrial(phase)
        case _:
            return phase
