"""What there is to say of the lines of an imported file: the first on the screen, all in a file beside it."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from relances.rules.colonnes import Erreur
from relances.rules.csv_sur import Valeur
from relances.stages.tableau_csv import Write, open_csv

HEADER: Final = ("ligne", "colonne", "raison", "valeur")
SHOWN: Final = 20


@dataclass(slots=True)
class LineLog:
    """Made by :func:`line_log`. ``nombre``: what was said, of so many ``lignes``; ``premieres``: at most ``SHOWN``."""

    path: Path
    nombre: int = 0
    lignes: int = 0
    premieres: list[Erreur] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _write: Write | None = None

    def add(self, dites: Iterable[Erreur]) -> None:
        """Say these of one line."""
        self.lignes += 1
        for dite in dites:
            self.nombre += 1
            if len(self.premieres) < SHOWN:
                self.premieres.append(dite)
            self._write = self._write or self._stack.enter_context(open_csv(self.path, HEADER))
            self._write([_cells(dite)])

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
    return dite.ligne, dite.colonne, dite.raison, dite.valeur
