"""The numbers to correct."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

import psycopg

from relances.rules.corrections import Correction, codes_a_corriger
from relances.store.corrections import Corrections
from relances.store.executions import Execution
from relances.store.rapport import Rapports


def corrections(relances: psycopg.Connection, executions: Iterable[Execution]) -> Iterator[Correction]:
    """What is to be corrected in each of these runs."""
    return chain.from_iterable(
        Corrections(relances).rows(execution, _codes(relances, execution)) for execution in executions
    )


def counts(relances: psycopg.Connection, executions: Iterable[Execution]) -> Counter[str]:
    """How many contribuables are to be corrected in these runs, by code."""
    counted = Counter[str]()
    for execution in executions:
        counted.update(Corrections(relances).counts(execution, _codes(relances, execution)))
    return counted


def _codes(relances: psycopg.Connection, execution: Execution) -> list[str]:
    return codes_a_corriger(Rapports(relances).asked(execution).fournisseur)
