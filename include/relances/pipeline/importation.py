"""What the commands that import a spreadsheet share: its file, and what they say of its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from relances.rules.encodage import read_encoding
from relances.rules.errors import Blocked
from relances.rules.tableur import Tableau, read_table
from relances.stages.imports import SHOWN, ErrorLog
from relances.stages.tableau_csv import PERSONAL_DATA


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


def told(done: str | None, journal: ErrorLog) -> CompteRendu:
    """``done``: what was done; None: the errors prevented it. Cells are in the errors' own file alone."""
    lines = [
        f"ligne {each.ligne}{f', {each.colonne}' if each.colonne else ''} : {each.raison}" for each in journal.premieres
    ]
    if journal.nombre > SHOWN:
        lines.append("… et 1 autre." if journal.nombre == SHOWN + 1 else f"… et {journal.nombre - SHOWN} autres.")
    if journal.nombre:
        lines.append(f"{_errors(journal.nombre)} dans {journal.path} ({PERSONAL_DATA}).")
    if done is None:
        lines.append(
            "Rien n'est importé : corrigez le fichier, ou ajoutez --ignorer-erreurs pour importer le reste "
            "— nothing was imported: mend the file, or ignore its errors"
        )
    else:
        lines.append(done)
    return CompteRendu("\n".join(lines), fait=done is not None)


def _errors(nombre: int) -> str:
    return "1 erreur," if nombre == 1 else f"{nombre} erreurs, toutes"
