"""Seeded draws."""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Repartition(Generic[T]):
    """Choices and their shares of the whole; the shares must add up to 1."""

    def __init__(self, parts: Mapping[T, float]) -> None:
        self.choix = tuple(parts)
        self.seuils = tuple(accumulate(parts.values()))[:-1]


class Hasard:
    """Random draws, identical for one seed on any version of Python, which promises that of ``random()`` alone."""

    def __init__(self, graine: int) -> None:
        self._random = random.Random(graine).random  # noqa: S311  (a demonstration, not a secret)

    def chance(self, part: float) -> bool:
        """True in the given share of the draws."""
        return self._random() < part

    def entier(self, minimum: int, maximum: int) -> int:
        """A whole number, both bounds included."""
        return minimum + int(self._random() * (maximum - minimum + 1))

    def un_de(self, choix: Sequence[T]) -> T:
        """Any of the choices, each as likely."""
        return choix[int(self._random() * len(choix))]

    def selon(self, repartition: Repartition[T]) -> T:
        """One of the choices, each as likely as its share says."""
        return repartition.choix[bisect_right(repartition.seuils, self._random())]
