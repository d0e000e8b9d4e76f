"""The product in figures: ``python -m tests.mesures [another working tree to compare with]``."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.mesures.imports import medians_of_dags
from tests.mesures.passage import REPOSITORY, passage
from tests.mesures.taille import Taille, measure


def main(other: Path | None) -> None:
    found, before = measure(REPOSITORY), measure(other) if other is not None else None
    print(f"{'':<58}{'ici':>10}{'avant' if before else '':>10}")
    for name, value, then in _sizes(found, before):
        print(f"{name:<58}{value:>10}{then:>10}")
    for name, (cpu, wall) in medians_of_dags(REPOSITORY).items():
        print(f"{f'import de {name}, au-delà d’Airflow (s, s CPU)':<68}{wall:>10.3f}{cpu:>10.3f}")
    entered = passage()
    print(f"{'modules qu’une relance traverse, de créée à réglée':<58}{len(entered.relance):>10}")
    print(f"{'modules que ses tâches traversent, tout compris':<58}{len(entered.tasks):>10}")
    print("\n" + "\n".join(entered.relance))


def _sizes(found: Taille, before: Taille | None) -> Iterator[tuple[str, str, str]]:
    figures: tuple[tuple[str, Callable[[Taille], str]], ...] = (
        ("lignes du produit", lambda taille: f"{taille.lines}"),
        ("modules", lambda taille: f"{len(taille.modules)}"),
        ("modules de plus de 250 lignes, données à part", lambda taille: ", ".join(taille.beyond(250)) or "0"),
        ("lignes d’une fonction, p50", lambda taille: f"{taille.p50:.0f}"),
        ("lignes d’une fonction, p90", lambda taille: f"{taille.p90:.0f}"),
        ("lignes d’une fonction, au plus", lambda taille: f"{max(taille.fonctions)}"),
    )
    for name, of in figures:
        yield name, of(found), of(before) if before is not None else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
