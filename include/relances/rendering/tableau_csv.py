"""A table for an agent's spreadsheet, as a file that its owner alone may read."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

from relances.rendering.csv_sur import Valeur, cellule
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
        unfinished = _Unfinished.beside(path)
    file = os.fdopen(unfinished.descriptor, "w", encoding="utf-8-sig", newline="")
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
            os.fsync(file.fileno())
            unfinished.take(path)
            file.close()
    finally:
        with suppress(OSError):
            file.close()
        unfinished.drop()


@dataclass(slots=True)
class _Unfinished:
    """A file that its owner alone may read. ``name``: None while it has none: however this process ends, it is gone."""

    descriptor: int
    name: Path | None = None

    @classmethod
    def beside(cls, path: Path) -> "_Unfinished":
        try:
            return cls(os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o600))
        except FileNotFoundError:
            raise
        except OSError:  # not on every disk: one of a network, for one
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".relances.")  # which makes it 0600
            return cls(descriptor, Path(name))

    def take(self, path: Path) -> None:
        """Give it that name, in place of the file that has it, whoever may read that one."""
        if self.name is None:
            self.name = path.with_name(f".relances.{token_hex(8)}")
            folder = os.open(path.parent, os.O_DIRECTORY)
            try:  # by a folder's descriptor, or Python would not follow the link to what has no name
                os.link(f"/proc/self/fd/{self.descriptor}", self.name.name, dst_dir_fd=folder, follow_symlinks=True)
            finally:
                os.close(folder)
        self.name.replace(path)

    def drop(self) -> None:
        if self.name is not None:
            self.name.unlink(missing_ok=True)


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
