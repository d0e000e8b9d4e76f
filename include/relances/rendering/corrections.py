"""The numbers to correct: the rows of a table for the agents, and summaries that name nobody."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rendering.json_sur import Record
from relances.rendering.markdown import francs, nombre, quantite, tableau
from relances.rendering.tableau_csv import PERSONAL_DATA
from relances.rules.corrections import Correction, PassageLu, pourquoi
from relances_providers.discretion import mask

HEADER: Final = (
    "contribuable_id", "nom", "prenom", "telephone", "numero", "code", "raison", "que_faire", "creances", "montant",
)  # fmt: skip


KEYS: Final = ("contribuable_id", "numero", "code", "raison", "que_faire", "creances", "montant")


def cells(correction: Correction) -> tuple[Valeur, ...]:
    """One correction as cells, in the order of HEADER."""
    meaning = pourquoi(correction.code)
    return (
        correction.contribuable_id, correction.nom, correction.prenom, correction.telephone,
        correction.numero, correction.code, meaning.libelle, meaning.que_faire, correction.creances, correction.montant,
    )  # fmt: skip


def record(correction: Correction) -> Record:
    """One correction for a program, with these KEYS: no name, the number that was typed, masked."""
    meaning = pourquoi(correction.code)
    values = (
        correction.contribuable_id, _mask(correction), correction.code, meaning.libelle, meaning.que_faire,
        correction.creances, str(correction.montant),
    )  # fmt: skip
    return dict(zip(KEYS, values, strict=True))


def origin(passages: Sequence[PassageLu]) -> str:
    """Whose corrections these are."""
    return "Passages : " + ", ".join(f"{each.run_id} ({each.date_relance:%d/%m/%Y})" for each in passages)


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
    return (
        correction.contribuable_id,
        _mask(correction),
        pourquoi(correction.code).libelle,
        nombre(correction.creances),
        francs(correction.montant),
    )


def _mask(correction: Correction) -> str:
    digits = re.sub(r"\D", "", correction.telephone or "", flags=re.ASCII)
    return mask(digits) if digits else ""


def written(rows: int, csv: Path) -> str:
    """Where so many of them were written."""
    return f"{quantite(rows, 'numéro à corriger écrit', 'numéros à corriger écrits')} dans {csv} ({PERSONAL_DATA})."
