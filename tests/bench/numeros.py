"""The reading of numbers beside the sieve that it took the place of: ``python -m tests.bench.numeros``.

The sieve threw away whatever separates digits, then took what was left for a number: as quick as reading can be, and
wrong wherever a digit was lost. Both read the same clean cells, turn by turn.
"""

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from relances.rules.codes import Refus
from relances.rules.numeros import lire
from relances.rules.numeros_plans import Verdict, gabonese_number

NOMBRE: Final = 1_000_000
TURNS: Final = 7
TITLE: Final = "## La lecture des numéros"

_FORMS: Final = (
    "0{p}{n}", "{p}{n}", "+241{p}{n}", "00241{p}{n}", "+2410{p}{n}", "241{p}{n}", "0{p} {a} {b} {c}",
    "0{p}.{a}.{b}.{c}", "+241 {p} {a} {b} {c}", "{p}-{a}-{b}-{c}", "0{p}/{a}/{b}/{c}", "0{o}{n}", "0{o} {a} {b} {c}",
)  # fmt: skip
_PREFIXES: Final = (("62", "2"), ("65", "5"), ("66", "6"), ("74", "4"), ("77", "7"))
_SEPARATORS: Final = re.compile(r"[\s.\-/()_\u00a0\u202f]+")
_PLAIN: Final = re.compile(r"(?:\+?241|00241)?(?:0?([1-9]\d{7})|(0[1-7]\d{6}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """Numbers a second of processor, by each; ``ratio``: how much longer the reading takes than the sieve, a number."""

    nombre: int
    sieve: float
    reading: float
    ratio: float


def sieve(saisie: str) -> Verdict:
    plain = _PLAIN.fullmatch(_SEPARATORS.sub("", saisie))
    return gabonese_number(plain[1] or plain[2]) if plain is not None else Refus.INVALIDE


def clean_cells(nombre: int) -> list[str]:
    """Mobile numbers of Gabon as people write them, none twice the same way but by chance."""
    random, cells = Random(241), list[str]()  # noqa: S311 - a sample
    for _ in range(nombre):
        (p, o), n = random.choice(_PREFIXES), f"{random.randrange(10**6):06d}"
        cells.append(random.choice(_FORMS).format(p=p, o=o, n=n, a=n[:2], b=n[2:4], c=n[4:]))
    return cells


def compare(nombre: int = NOMBRE, turns: int = TURNS) -> Read:
    """The medians of so many turns, and of the ratios of each."""
    cells = clean_cells(nombre)
    if any(lire(cell) != sieve(cell) for cell in islice(cells, 10_000)):
        raise AssertionError("clean numbers are read alike")
    both = [(_seconds(sieve, cells), _seconds(lire, cells)) for _ in range(turns)]
    return Read(
        nombre,
        nombre / statistics.median(before for before, _ in both),
        nombre / statistics.median(now for _, now in both),
        statistics.median(now / before for before, now in both),
    )


def _seconds(read: Callable[[str], Verdict], cells: Sequence[str]) -> float:
    begun = time.process_time()
    for cell in cells:
        read(cell)
    return time.process_time() - begun


def section(read: Read) -> str:
    """What the report says of it."""
    count, before, now = (f"{value:,.0f}".replace(",", "\u202f") for value in (read.nombre, read.sieve, read.reading))
    return f"""{TITLE}

{count} numéros propres, lus tour à tour par la grammaire et par le tamis qu'elle remplace, qui jetait tout ce qui n'est
pas un chiffre : {now} par seconde contre {before}, soit {f"{read.ratio:.2f}".replace(".", ",")} fois le temps du tamis
(promis : 1 au plus). Mesure refaite à part par `python -m tests.bench.numeros`."""


def replace_section(report: Path, text: str) -> None:
    """Put the section in the place of the one that the report has, or at its end."""
    before, found, after = report.read_text(encoding="utf-8").partition(TITLE)
    following = after[after.find("\n## ") :] if found and "\n## " in after else "\n"
    report.write_text(f"{before.rstrip()}\n\n{text}\n{following}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nombre", type=int, default=NOMBRE)
    parser.add_argument("--tours", type=int, default=TURNS)
    parser.add_argument("--rapport", type=Path, help="y refait cette partie, comme tests/bench/RAPPORT.md")
    options = parser.parse_args()
    text = section(compare(options.nombre, options.tours))
    print(text)
    if options.rapport is not None:
        replace_section(options.rapport, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
