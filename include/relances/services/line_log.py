"""What there is to say of the lines of an imported file: the first on the screen, most in a file beside it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rules.colonnes import Erreur
from relances.services.tableau_csv import Write, open_csv

HEADER: Final = ("ligne", "colonne", "raison", "valeur")
SHOWN: Final = 20
MOST: Final = 10_000  # lines: whoever has more to mend mends them by their cause
_LONGEST: Final = 200  # characters of a cell


@dataclass(slots=True)
class LineLog:
    """Made by :func:`line_log`. ``nombre``: what was said, of so many ``lignes``; ``premieres``: at most ``SHOWN``.

    The file has what is said of the first ``MOST`` lines.
    """

    path: Path
    nombre: int = 0
    lignes: int = 0
    premieres: list[Erreur] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _write: Write | None = None

    @property
    def is_full(self) -> bool:
        """Whether the file takes no more."""
        return self.lignes >= MOST

    def add(self, dites: Sequence[Erreur]) -> None:
        """Say these of one line."""
        self.nombre += len(dites)
        self.premieres += dites[: SHOWN - len(self.premieres)]
        if not self.is_full:
            self._write = self._write or self._stack.enter_context(open_csv(self.path, HEADER))
            self._write(map(_cells, dites))
        self.lignes += 1

    def note(self, ligne: int, raison: str, colonne: str = "") -> None:
        """The same of one thing that is about the line, or about one of its columns."""
        self.add([Erreur(ligne, colonne, raison, "")])


@contextmanager
def line_log(fichier: Path, quoi: str) -> Iterator[LineLog]:
    """The log of an import: ``<fichier>.<quoi>.csv``, which is there only where there is something to say."""
    path = fichier.with_name(f"{fichier.stem}.{quoi}.csv")
    with suppress(OSError):
        path.unlink()  # that of an earlier import
    with ExitStack() as stack:
        yield LineLog(path, _stack=stack)


def _cells(dite: Erreur) -> tuple[Valeur, ...]:
    return dite.ligne, _cut(dite.colonne), dite.raison, _cut(dite.valeur)


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…"
