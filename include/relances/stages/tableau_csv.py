"""A table for an agent's spreadsheet, as a file that its owner alone may read."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
    if path.exists() and not path.is_file():
        raise Blocked(f"{path} n'est pas un fichier ; donnez un autre nom", "not a file: give another name")
    try:
        # mkstemp makes it 0600.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise Blocked(
            f"{path} : {error.strerror} ; donnez un fichier d'un dossier où vous pouvez écrire",
            "this file cannot be written: give one in a folder you may write to",
        ) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")

            def write(rows: Iterable[Sequence[Valeur]]) -> int:
                count = 0
                for row in rows:
                    writer.writerow(map(cellule, row))
                    count += 1
                return count

            write([header])
            yield write
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
