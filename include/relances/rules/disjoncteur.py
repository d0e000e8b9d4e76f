"""When a fournisseur is in such trouble that sending by it pauses: by the rate of its failures."""

from collections import deque
from statistics import fmean
from typing import Final

from relances.rules.politique import Disjoncteur

_LATENCY_SAMPLE: Final = 50  # answers that one judgement of their latency looks at
_SLOWER: Final = 3.0  # times the quickest sample
_NOTICEABLE: Final = 0.5  # seconds: below, a slower answer is no sign of load


class Releve:
    """The latest answers of a fournisseur, as one worker heard them."""

    def __init__(self, disjoncteur: Disjoncteur) -> None:
        self._part = disjoncteur.part
        self._echecs: deque[bool] = deque(maxlen=disjoncteur.echantillon)

    def note(self, *, echec: bool) -> bool:
        """Note whether one call failed for want of its fournisseur; True where the breaker opens."""
        self._echecs.append(echec)
        return self._is_whole and fmean(self._echecs) >= self._part

    @property
    def sain(self) -> bool:
        """Whether there are enough calls to tell, and too few of them failed."""
        return self._is_whole and fmean(self._echecs) < self._part

    @property
    def _is_whole(self) -> bool:
        return len(self._echecs) == self._echecs.maxlen


class Latence:
    """Whether answers take longer and longer, which comes before errors do."""

    def __init__(self) -> None:
        self._sample: list[float] = []
        self._quickest = float("inf")

    def note(self, seconds: float) -> bool:
        """Note how long an answer took; True where its sample, now whole, was far slower than the quickest one."""
        self._sample.append(seconds)
        if len(self._sample) < _LATENCY_SAMPLE:
            return False
        mean = fmean(self._sample)
        self._sample.clear()
        self._quickest = min(self._quickest, mean)
        return mean > max(_NOTICEABLE, self._quickest * _SLOWER)
