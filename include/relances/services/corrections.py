"""The numbers to correct: a table for the agents, or a summary that names nobody."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

import psycopg

from relances.rendering.csv_sur import Valeur
from relances.rendering.markdown import francs, nombre, tableau
from relances.rules.corrections import Correction, codes_a_corriger, par_raison, pourquoi
from relances.store.corrections import Corrections
from relances.store.executions import Execution
from relances.store.rapport import Reporting
from relances_providers.discretion import mask

HEADER: Final = (
    "contribuable_id", "nom", "prenom", "telephone", "numero", "code", "raison", "que_faire", "creances", "montant",
)  # fmt: skip
_SHOWN: Final = 20


def corrections(relances: psycopg.Connection, executions: Iterable[Execution]) -> Iterator[Correction]:
    """What is to be corrected in each of these runs."""
    return chain.from_iterable(
        Corrections(relances).rows(execution, _codes(relances, execution)) for execution in executions
    )


def cells(correction: Correction) -> tuple[Valeur, ...]:
    """In the order of HEADER."""
    meaning = pourquoi(correction.code)
    return (
        correction.contribuable_id, correction.nom, correction.prenom, correction.telephone,
        correction.numero, correction.code, meaning.libelle, meaning.que_faire, correction.creances, correction.montant,
    )  # fmt: skip


def summary(relances: psycopg.Connection, executions: Sequence[Execution]) -> str:
    """Counts by reason and a few lines, without a name or a whole number."""
    counts = Counter[str]()
    for execution in executions:
        counts.update(Corrections(relances).counts(execution, _codes(relances, execution)))
    if not counts:
        return "Aucun numéro à corriger."
    rows = [_masked(correction) for correction in islice(corrections(relances, executions), _SHOWN)]
    table = tableau(("Contribuable", "Numéro", "Raison", "Créances", "Montant"), rows)
    more = counts.total() - len(rows)
    rest = f"\n\n… et {nombre(more)} autres : donnez --csv FICHIER pour la liste entière." if more else ""
    return f"{par_raison(counts)}\n\n{table}{rest}"


def _masked(correction: Correction) -> tuple[str, ...]:
    digits = re.sub(r"\D", "", correction.telephone or "", flags=re.ASCII)
    return (
        correction.contribuable_id,
        mask(digits) if digits else "",
        pourquoi(correction.code).libelle,
        nombre(correction.creances),
        francs(correction.montant),
    )


def _codes(relances: psycopg.Connection, execution: Execution) -> list[str]:
    return codes_a_corriger(Reporting(relances).asked(execution).fournisseur)
