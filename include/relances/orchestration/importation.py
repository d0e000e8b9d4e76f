"""What the commands that import a spreadsheet share: its file, and what they say of its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from relances.rendering.markdown import nombre
from relances.rules.encodage import read_encoding
from relances.rules.errors import Blocked
from relances.rules.tableur import Tableau, read_table
from relances.services.line_log import MOST, SHOWN, LineLog
from relances.services.tableau_csv import PERSONAL_DATA


@dataclass(frozen=True, slots=True)
class CompteRendu:
    """What a command prints. ``fait``: it did what was asked."""

    texte: str
    fait: bool = True


@contextmanager
def opened(fichier: Path, encodage: str | None) -> Iterator[Tableau]:
    """The table of the file to import; ``encodage``: named by who asks, or None. Blocked where it cannot be read."""
    named = read_encoding(encodage) if encodage is not None else None
    try:
        if fichier.exists() and not fichier.is_file():  # a pipe cannot be rewound
            raise Blocked(f"{fichier} n'est pas un fichier ; donnez un fichier CSV", "not a file: give a CSV file")
        file = fichier.open("rb")
    except OSError as error:
        wrong = "n'existe pas" if isinstance(error, FileNotFoundError) else "ne peut être lu"
        raise Blocked(
            f"{fichier} {wrong} ; vérifiez le nom du fichier et le droit de le lire",
            f"this file cannot be read ({error.strerror}): check its name and your rights",
        ) from error
    with file:
        yield read_table(file, fichier.name, named)


def told(counts: str, erreurs: LineLog, remarques: LineLog | None = None, *, fait: bool) -> CompteRendu:
    """``counts``: what became of the lines. ``fait``: no error prevented it. Cells are in the logs' own files alone."""
    lines = _told(erreurs, "1 erreur,", "erreurs, toutes")
    if remarques is not None and fait:
        lines += _told(remarques, "1 remarque,", "remarques, toutes")
    if erreurs.is_full and not fait:
        lines.append(
            f"La lecture s'est arrêtée à {nombre(MOST)} lignes refusées : corrigez ce qu'elles ont en commun, puis "
            "relancez — reading stopped there: mend what they have in common, then run it again"
        )
    if not fait:
        lines.append(
            "Rien n'est importé : corrigez le fichier, ou ajoutez --ignorer-erreurs pour importer le reste "
            "— nothing was imported: mend the file, or ignore its errors"
        )
    return CompteRendu("\n".join([*lines, counts]), fait=fait)


def _told(log: LineLog, one: str, many: str) -> list[str]:
    lines = [
        f"ligne {each.ligne}{f', {each.colonne}' if each.colonne else ''} : {each.raison}" for each in log.premieres
    ]
    if log.nombre > SHOWN:
        lines.append("… et 1 autre." if log.nombre == SHOWN + 1 else f"… et {log.nombre - SHOWN} autres.")
    if log.nombre:
        told = one if log.nombre == 1 else f"{log.nombre} {many}"
        first = f", pour les {nombre(MOST)} premières lignes," if log.is_full else ""
        lines.append(f"{told}{first} dans {log.path} ({PERSONAL_DATA}).")
    return lines
