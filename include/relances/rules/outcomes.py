"""What a call came to, at once or by the provider's later word, as the row that SQL writes."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from relances.rules.codes import Refus
from relances.rules.models import Statut
from relances.rules.politique import Envoi

LONGEST_WAIT: Final = 86_400.0  # seconds: by then the next day's run decides again


class Issue(StrEnum):
    """The journal's word for what a call came to."""

    ACCEPTEE = "acceptee"
    REFUSEE = "refusee"
    REPORTEE = "reportee"
    INCONNUE = "inconnue"
    NON_ENVOYEE = "non_envoyee"


class Constat(StrEnum):
    """The journal's word for what the provider said of a call afterwards."""

    RETROUVEE = "retrouvee"
    ABSENTE = "absente"
    LIVREE = "livree"
    NON_LIVREE = "non_livree"


@dataclass(frozen=True, slots=True)
class Reglement:
    """The row to write: next state, the journal's word, delay in seconds before a new attempt.

    ``code``: a provider's, or one of ours. ``signale``: why the number gets nothing more on this canal.
    ``sans_essai``: the call counts for no attempt.
    """

    statut: Statut
    issue: Issue | Constat
    code: str | None = None
    reference: str | None = None
    detail: str | None = None
    delai: float | None = None
    signale: Refus | None = None
    sans_essai: bool = False


class Call(Protocol):
    """A call to a provider: attempt ``numero`` for a relance."""

    @property
    def relance_id(self) -> int: ...

    @property
    def numero(self) -> int: ...


def accepted(reference: str) -> Reglement:
    """The provider has it, under this reference."""
    return Reglement(Statut.ENVOYEE, Issue.ACCEPTEE, reference=reference)


def refused(code: str, detail: str, signale: Refus | None = None) -> Reglement:
    """The provider refused it for good."""
    return Reglement(Statut.ECHEC, Issue.REFUSEE, code, detail=detail, signale=signale)


def unknown(code: str, detail: str) -> Reglement:
    """The request left; nobody knows what became of it."""
    return Reglement(Statut.INCERTAINE, Issue.INCONNUE, code, detail=detail)


def not_sent(detail: str) -> Reglement:
    """The call was never made: the lot is stopping, or the claim had grown too old."""
    return Reglement(Statut.EN_ATTENTE, Issue.NON_ENVOYEE, detail=detail)


def put_off(
    code: str,
    detail: str,
    apres: float | None,
    essai: int,
    envoi: Envoi,
    *,
    jitter: Callable[[], float] = random.random,
) -> Reglement:
    """Nothing was accepted at attempt ``essai`` (1, 2 …); the last one has failed.

    ``apres``: seconds the provider asks to wait, None where it did not say. ``jitter`` gives a number in [0, 1).
    """
    if essai >= envoi.tentatives_max:
        return Reglement(Statut.ECHEC, Issue.REPORTEE, code, detail=detail)
    delai = min(apres, LONGEST_WAIT) if apres else _backoff(essai, envoi, jitter())
    return Reglement(Statut.EN_ATTENTE, Issue.REPORTEE, code, detail=detail, delai=delai)


def _backoff(essai: int, envoi: Envoi, jitter: float) -> float:
    """Doubled at each attempt, with a ceiling, spread over half its length so that lanes do not beat together."""
    full = min(envoi.delai_max, envoi.premier_delai * 2.0 ** (essai - 1))
    return full * (0.5 + jitter / 2)


def written(settled: Sequence[tuple[Call, Reglement]]) -> dict[str, object]:
    """The parameter ``reglements`` of the statements that write them.

    One text in JSON: psycopg writes an array by looking at each of its values.
    """
    rows = [
        {
            "relance_id": call.relance_id,
            "numero": call.numero,
            "statut": reglement.statut,
            "issue": reglement.issue,
            "code": _storable(reglement.code),
            "reference": _storable(reglement.reference),
            "detail": _storable(reglement.detail),
            "delai_secondes": reglement.delai,
            "sans_essai": reglement.sans_essai,
        }
        for call, reglement in settled
    ]
    return {"reglements": json.dumps(rows)}


def flagged(settled: Sequence[tuple[Call, Reglement]]) -> dict[str, object] | None:
    """The parameters of ``flag_numbers``: the numbers that get nothing more; None where there is none."""
    flags = [(call, outcome) for call, outcome in settled if outcome.signale is not None]
    if not flags:
        return None
    return {
        "relance_id": [call.relance_id for call, _ in flags],
        "numero": [call.numero for call, _ in flags],
        "etat": [str(outcome.signale) for _, outcome in flags],
        "code": [_storable(outcome.code) for _, outcome in flags],
    }


def _storable(text: str | None) -> str | None:
    """Words of a provider as PostgreSQL takes them: one bad answer must not lose the outcomes beside it."""
    return None if text is None else text.replace("\0", "").encode(errors="replace").decode()
