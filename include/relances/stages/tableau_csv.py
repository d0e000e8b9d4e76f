"""A table for an agent's spreadsheet, as a file that its owner alone may read."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from relances.rules.csv_sur import Valeur, cellule
from relances.rules.errors import Blocked

Write = Callable[[Iterable[Sequence[Valeur]]], int]

PERSONAL_DATA: Final = "noms et numéros : lisible de vous seul (0600), à supprimer après usage"


@contextmanager
def open_csv(path: Path, header: Sequence[str]) -> Iterator[Write]:
    """Give what writes rows and returns how many. The file takes its place whole at the end, or not at all.

    Separated by ``;``, UTF-8 with its mark: what a French Excel opens. Blocked where the file cannot be written.
    """
    with _told(path):
        if path.exists() and not path.is_file():
            raise Blocked(f"{path} n'est pas un fichier ; donnez un autre nom", "not a file: give another name")
        # mkstemp makes it 0600.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".relances.")
    file = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
    writer = csv.writer(file, delimiter=";")

    def write(rows: Iterable[Sequence[Valeur]]) -> int:
        count = 0
        for row in rows:  # an error of theirs is no error of the file
            cells = [cellule(valeur) for valeur in row]
            try:
                writer.writerow(cells)
            except OSError as error:
                raise _unwritable(path, error) from error
            count += 1
        with _told(path):
            file.flush()  # a full disk is told here, before the caller goes on
        return count

    try:
        write([header])
        yield write
        with _told(path):
            file.close()
            Path(name).replace(path)
    finally:
        with suppress(OSError):
            file.close()
        Path(name).unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Blocked:
    match error:
        case FileNotFoundError():
            wrong = "le dossier n'existe pas"
        case PermissionError():
            wrong = "accès refusé"
        case _:
            wrong = "écriture impossible"
    return Blocked(
        f"{path} : {wrong} ; donnez un fichier d'un dossier où vous pouvez écrire, et où il reste de la place",
        f"this file cannot be written ({error.strerror}): give one in a folder that you may write to and has room",
    )
