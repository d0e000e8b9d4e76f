"""What there is to say of the lines of an imported file: counted, and the first of it kept for the screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from relances.rules.colonnes import Erreur
from relances.rules.contacts import Doublon

Dite: TypeAlias = Erreur | Doublon
SHOWN: Final = 20
MOST: Final = 10_000  # lines: whoever has more to mend mends them by their cause


@dataclass(slots=True)
class LineLog:
    """``nombre``: what was said, of so many ``lignes``; ``premieres``: at most ``SHOWN`` of it.

    What is said of the first ``MOST`` lines is handed to :meth:`keep`.
    """

    nombre: int = 0
    lignes: int = 0
    premieres: list[Dite] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether it holds as many as are kept."""
        return self.lignes >= MOST

    def add(self, dites: Sequence[Dite]) -> None:
        """Note several things about one line."""
        self.nombre += len(dites)
        self.premieres += dites[: SHOWN - len(self.premieres)]
        if not self.is_full:
            self.keep(dites)
        self.lignes += 1

    def keep(self, dites: Sequence[Dite]) -> None:
        """Write down what is said of one line; here, nowhere."""
