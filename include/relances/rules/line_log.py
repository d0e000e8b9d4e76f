"""What there is to say of the lines of an imported file: counted, and the first of it kept for the screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from relances.rules.colonnes import Erreur

SHOWN: Final = 20
MOST: Final = 10_000  # lines: whoever has more to mend mends them by their cause


@dataclass(slots=True)
class LineLog:
    """``nombre``: what was said, of so many ``lignes``; ``premieres``: at most ``SHOWN`` of it.

    What is said of the first ``MOST`` lines is handed to :meth:`keep`.
    """

    nombre: int = 0
    lignes: int = 0
    premieres: list[Erreur] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether it holds as many as are kept."""
        return self.lignes >= MOST

    def add(self, dites: Sequence[Erreur]) -> None:
        """Note several things about one line."""
        self.nombre += len(dites)
        self.premieres += dites[: SHOWN - len(self.premieres)]
        if not self.is_full:
            self.keep(dites)
        self.lignes += 1

    def note(self, ligne: int, raison: str, colonne: str = "") -> None:
        """Note one thing about a line, or about one of its columns."""
        self.add([Erreur(ligne, colonne, raison, "")])

    def keep(self, dites: Sequence[Erreur]) -> None:
        """Write down what is said of one line; here, nowhere."""
