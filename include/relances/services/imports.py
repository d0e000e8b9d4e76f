"""What the imports of a spreadsheet share: its file, and which of its lines are worth reading."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from relances.rules.encodage import read_encoding
from relances.rules.errors import Blocked
from relances.rules.line_log import LineLog
from relances.rules.tableur import Ligne, Tableau, read_table


@contextmanager
def open_table(fichier: Path, encodage: str | None) -> Iterator[Tableau]:
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


def as_far_as(table: Tableau, erreurs: LineLog, *, ignorer_erreurs: bool) -> Iterator[Ligne]:
    """The lines that are worth reading: once the log of what prevents the import is full, no more."""
    for ligne in table.lignes:
        if erreurs.is_full and not ignorer_erreurs:
            return
        yield ligne


def no_row(table: Tableau) -> Blocked:
    """The error of a table without a line."""
    return Blocked(f"{table.nom} : aucune ligne sous les titres des colonnes", "no row below the titles")
