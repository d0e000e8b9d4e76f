"""The numbers that an agent is to correct in the tax application."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

import psycopg

from relances.rules.corrections import Correction, PassageLu, codes_a_corriger
from relances.rules.errors import Blocked
from relances.services.installation import RELANCES, Installation
from relances.store.corrections import Corrections
from relances.store.executions import Execution, Executions
from relances.store.rapport import Rapports

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Resume:
    """What there is to correct in these runs: how many contribuables, by code, and the first of them."""

    passages: Sequence[PassageLu]
    nombres: Counter[str]
    premieres: Sequence[Correction]


def summarize(installation: Installation, passage: str | None = None) -> Resume:
    """The summary of one run, else of the latest real run of each source. Blocked where there is no such run."""
    with installation.base(RELANCES) as relances:
        executions = _executions(relances, passage)
        nombres = Counter[str]()
        for execution in executions:
            nombres.update(Corrections(relances).counts(execution, _codes(relances, execution)))
        return Resume(_lus(executions), nombres, list(islice(_rows(relances, executions), _SHOWN)))


@contextmanager
def stream(
    installation: Installation, passage: str | None = None
) -> Iterator[tuple[Sequence[PassageLu], Iterator[Correction]]]:
    """The runs and all that is to be corrected in them, one by one in flat memory, within the block."""
    with installation.base(RELANCES) as relances:
        executions = _executions(relances, passage)
        yield _lus(executions), _rows(relances, executions)


def _executions(relances: psycopg.Connection, passage: str | None) -> list[Execution]:
    run_ids = [passage] if passage else Corrections(relances).latest_runs()
    if not run_ids:
        raise Blocked(
            "aucun passage n'a encore relancé tout le monde ; lancez-en un, ou donnez --passage",
            "no whole run yet: start one, or name a run",
        )
    return [Executions(relances).get(run_id) for run_id in run_ids]


def _lus(executions: Sequence[Execution]) -> list[PassageLu]:
    return [PassageLu(each.run_id, each.date_relance) for each in executions]


def _rows(relances: psycopg.Connection, executions: Sequence[Execution]) -> Iterator[Correction]:
    return chain.from_iterable(
        Corrections(relances).rows(execution, _codes(relances, execution)) for execution in executions
    )


def _codes(relances: psycopg.Connection, execution: Execution) -> list[str]:
    return codes_a_corriger(Rapports(relances).asked(execution).fournisseur)
