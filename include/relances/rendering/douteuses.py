"""Relances that left for a doubtful number: the rows of a table, and a summary that shows no whole number."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rendering.json_sur import Record
from relances.rendering.markdown import nombre, quantite, tableau
from relances.rendering.tableau_csv import PERSONAL_DATA
from relances.rules.douteuses import Douteuse
from relances_providers.discretion import mask

HEADER: Final = (
    "relance", "date_relance", "contribuable_id", "nom", "prenom", "telephone", "numero", "raison", "fournisseur",
    "statut", "montant",
)  # fmt: skip


KEYS: Final = ("relance", "date_relance", "contribuable_id", "numero", "raison", "fournisseur", "statut", "montant")


def cells(found: Douteuse) -> tuple[Valeur, ...]:
    """One relance as cells, in the order of HEADER."""
    partie = found.partie
    return (
        partie.relance_id, f"{partie.date_relance:%d/%m/%Y}", partie.contribuable_id, partie.nom, partie.prenom,
        " / ".join(partie.telephones), f"+{partie.numero}", found.doute, partie.fournisseur, partie.statut,
        partie.montant,
    )  # fmt: skip


def record(found: Douteuse) -> Record:
    """One relance for a program, with these KEYS: no name, the number masked."""
    partie = found.partie
    values = (
        partie.relance_id, partie.date_relance.isoformat(), partie.contribuable_id, mask(partie.numero), found.doute,
        partie.fournisseur, partie.statut, str(partie.montant),
    )  # fmt: skip
    return dict(zip(KEYS, values, strict=True))


def summary(shown: Sequence[Douteuse], total: int) -> str:
    """The first of them, numbers masked, and how many there are."""
    if not shown:
        return "Aucune relance partie vers un numéro douteux."
    header = ("Date", "Contribuable", "Numéro écrit", "Pourquoi", "Statut")
    table = tableau(header, [_masked(each) for each in shown])
    more = total - len(shown)
    rest = f"\n\n… et {nombre(more)} autres." if more else ""
    counted = quantite(total, "relance partie", "relances parties")
    return f"{counted} vers un numéro douteux ; --csv FICHIER donne la liste entière.\n\n{table}{rest}"


def _masked(found: Douteuse) -> tuple[str, ...]:
    partie = found.partie
    return f"{partie.date_relance:%d/%m/%Y}", partie.contribuable_id, mask(partie.numero), found.doute, partie.statut


def written(rows: int, csv: Path) -> str:
    """Where so many of them were written."""
    return f"{quantite(rows, 'relance douteuse écrite', 'relances douteuses écrites')} dans {csv} ({PERSONAL_DATA})."
