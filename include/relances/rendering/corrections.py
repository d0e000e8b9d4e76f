"""The numbers to correct: the rows of a table for the agents, and summaries that name nobody."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rendering.markdown import francs, nombre, tableau
from relances.rules.corrections import Correction, pourquoi
from relances_providers.discretion import mask

HEADER: Final = (
    "contribuable_id", "nom", "prenom", "telephone", "numero", "code", "raison", "que_faire", "creances", "montant",
)  # fmt: skip


def cells(correction: Correction) -> tuple[Valeur, ...]:
    """In the order of HEADER."""
    meaning = pourquoi(correction.code)
    return (
        correction.contribuable_id, correction.nom, correction.prenom, correction.telephone,
        correction.numero, correction.code, meaning.libelle, meaning.que_faire, correction.creances, correction.montant,
    )  # fmt: skip


def summary(counts: Mapping[str, int], shown: Sequence[Correction]) -> str:
    """Counts by reason and the first lines, without a name or a whole number. ``counts``: contribuables, by code."""
    if not counts:
        return "Aucun numéro à corriger."
    table = tableau(("Contribuable", "Numéro", "Raison", "Créances", "Montant"), [_masked(each) for each in shown])
    more = sum(counts.values()) - len(shown)
    rest = f"\n\n… et {nombre(more)} autres : donnez --csv FICHIER pour la liste entière." if more else ""
    return f"{par_raison(counts)}\n\n{table}{rest}"


def a_corriger(contribuables: Mapping[str, int], run_id: str) -> str:
    """The section of the report: how many ``contribuables`` by code, and how to list them."""
    if not contribuables:
        return ""
    command = f"`relances corrections --passage {run_id} --csv corrections.csv`"
    return f"## À corriger\n\n{par_raison(contribuables)}\n\nLa liste : {command}"


def par_raison(contribuables: Mapping[str, int]) -> str:
    """How many contribuables by code, the most frequent first."""
    ordered = sorted(contribuables.items(), key=lambda item: -item[1])
    rows = [(pourquoi(code).libelle, nombre(number), pourquoi(code).que_faire) for code, number in ordered]
    return tableau(("Raison", "Contribuables", "Que faire"), rows)


def _masked(correction: Correction) -> tuple[str, ...]:
    digits = re.sub(r"\D", "", correction.telephone or "", flags=re.ASCII)
    return (
        correction.contribuable_id,
        mask(digits) if digits else "",
        pourquoi(correction.code).libelle,
        nombre(correction.creances),
        francs(correction.montant),
    )
