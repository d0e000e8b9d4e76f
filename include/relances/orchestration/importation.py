"""What the commands that import a spreadsheet share: its file, and what they say of its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from relances.rules.encodage import read_encoding
from relances.rules.errors import Blocked
from relances.rules.tableur import Tableau, read_table


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
