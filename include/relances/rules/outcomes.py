"""What one call's outcome, or the provider's later word on it, makes of a relance."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from relances.rules.models import Statut
from relances.rules.numeros import Refus
from relances.rules.politique import Envoi

LONGEST_WAIT: Final = 86_400.0  # seconds: by then the next day's run decides again


@dataclass(frozen=True, slots=True)
class Acceptee:
    """The provider has it, under this reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class Refusee:
    """The provider refused it for good. ``signale``: why its number gets nothing more on this canal."""

    code: str
    detail: str
    signale: Refus | None = None


@dataclass(frozen=True, slots=True)
class Reportee:
    """Nothing was accepted. ``apres``: seconds the provider asks to wait, None where it did not say."""

    code: str
    detail: str
    apres: float | None


@dataclass(frozen=True, slots=True)
class Inconnue:
    """The request left; nobody knows what became of it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class NonEnvoyee:
    """The call was never made: the lot is stopping, or the claim had grown too old."""

    detail: str


Issue = Acceptee | Refusee | Reportee | Inconnue | NonEnvoyee


@dataclass(frozen=True, slots=True)
class Reglement:
    """What to write of a call: the relance's next state, the journal's word, seconds before a new attempt.

    ``sans_essai``: the call counts for no attempt.
    """

    statut: Statut
    issue: str
    code: str | None = None
    reference: str | None = None
    detail: str | None = None
    delai: float | None = None
    signale: Refus | None = None
    sans_essai: bool = False


def settle(issue: Issue, numero: int, envoi: Envoi, jitter: Callable[[], float] = random.random) -> Reglement:
    """Decide the next state after attempt ``numero`` (1, 2 …). ``jitter`` gives a number in [0, 1)."""
    match issue:
        case Acceptee(reference):
            return Reglement(Statut.ENVOYEE, "acceptee", reference=reference)
        case Refusee(code, detail, signale):
            return Reglement(Statut.ECHEC, "refusee", code, detail=detail, signale=signale)
        case Inconnue(code, detail):
            return Reglement(Statut.INCERTAINE, "inconnue", code, detail=detail)
        case NonEnvoyee(detail):
            return Reglement(Statut.EN_ATTENTE, "non_envoyee", detail=detail)
        case Reportee(code, detail, apres):
            if numero >= envoi.tentatives_max:
                return Reglement(Statut.ECHEC, "reportee", code, detail=detail)
            return Reglement(
                Statut.EN_ATTENTE,
                "reportee",
                code,
                detail=detail,
                delai=min(apres, LONGEST_WAIT) if apres else _backoff(numero, envoi, jitter()),
            )
        case _:
            assert_never(issue)


def _backoff(numero: int, envoi: Envoi, jitter: float) -> float:
    """Seconds before a new attempt: doubled each time, with a ceiling, spread so that not all come back at once."""
    full = min(envoi.delai_max, envoi.premier_delai * 2.0 ** (numero - 1))
    return full * (0.5 + jitter / 2)
