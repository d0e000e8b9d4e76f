"""What the messages of a simulation would say, as a section of its report."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relances.rendering.markdown import francs, quantite
from relances.rendering.tableau_csv import PERSONAL_DATA
from relances.rendering.volumes import CANAUX
from relances.rules.apercu import Exemple

SIMULATED: Final = "Aperçu : rien n'est envoyé, rien n'est reporté."


def textes(exemples: Sequence[Exemple]) -> str:
    """The section of the report; nothing without an example."""
    if not exemples:
        return ""
    shown = [f"{_titre(exemple)}\n\n{_quote(exemple.texte)}" for exemple in exemples]
    return "\n\n".join(["## Exemples de textes", *shown])


def _titre(exemple: Exemple) -> str:
    cas = exemple.cas
    parts = "1 segment" if cas.segments == 1 else f"{cas.segments} segments"
    way = f"{CANAUX[cas.canal]} par {cas.fournisseur}"
    return f"Niveau {cas.niveau}, {way}, en « {exemple.langue} » ({parts}, {francs(cas.cout)}) :"


def _quote(texte: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in texte.splitlines())


def list_offered(run_id: str) -> str:
    """How to have the list of a run."""
    return f"Passage {run_id} : --csv FICHIER donne la liste, contribuable par contribuable."


def list_written(run_id: str, rows: int, csv: Path) -> str:
    """Where the list of a run was written."""
    return f"Passage {run_id} : {quantite(rows, 'ligne écrite', 'lignes écrites')} dans {csv} ({PERSONAL_DATA})."
