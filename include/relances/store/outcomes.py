"""Outcomes of calls, as the parameters of the statements that write them."""

import json
from collections.abc import Sequence
from typing import Protocol

from relances.rules.outcomes import Reglement


class Call(Protocol):
    """A call to a provider: attempt ``numero`` for a relance."""

    @property
    def relance_id(self) -> int: ...

    @property
    def numero(self) -> int: ...


def outcomes(settled: Sequence[tuple[Call, Reglement]]) -> dict[str, object]:
    """The parameters that write these outcomes, as one JSON text: psycopg is slow with arrays of many values."""
    rows = [
        {
            "relance_id": call.relance_id,
            "numero": call.numero,
            "statut": reglement.statut.value,
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
    """The parameters that flag the numbers not to write to any more; None where there is none."""
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
