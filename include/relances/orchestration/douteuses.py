"""``relances douteuses``: the relances that left for a number which would be doubtful today."""

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Final

from relances.orchestration.connections import RELANCES, database
from relances.rendering.markdown import compte, nombre, tableau
from relances.rules.douteuses import HEADER, Partie
from relances.services.tableau_csv import PERSONAL_DATA, open_csv
from relances.store.douteuses import stream_left
from relances_providers.discretion import mask
from relances_providers.provider_info import provider_named

_SHOWN: Final = 20


def list_doubtful(csv: Path | None) -> str:
    """Returns what to print: a few masked lines, or where all of them are written."""
    with database(RELANCES) as relances, nullcontext() if csv is None else open_csv(csv, HEADER) as write:
        found = _doubtful(stream_left(relances))
        if csv is not None and write is not None:
            rows = write(partie.cells(doute) for partie, doute in found)
            written = compte(rows, "relance douteuse écrite", "relances douteuses écrites")
            return f"{written} dans {csv} ({PERSONAL_DATA})."
        shown = list(islice(found, _SHOWN))
        more = sum(1 for _ in found)
    if not shown:
        return "Aucune relance partie vers un numéro douteux."
    table = tableau(("Date", "Contribuable", "Numéro écrit", "Pourquoi", "Statut"), [_masked(each) for each in shown])
    rest = f"\n\n… et {nombre(more)} autres." if more else ""
    total = compte(len(shown) + more, "relance partie", "relances parties")
    return f"{total} vers un numéro douteux ; --csv FICHIER donne la liste entière.\n\n{table}{rest}"


def _doubtful(parties: Iterator[Partie]) -> Iterator[tuple[Partie, str]]:
    for partie in parties:
        provider = provider_named(partie.fournisseur)
        doute = partie.doute(provider.countries if provider is not None else frozenset())
        if doute is not None:
            yield partie, doute


def _masked(found: tuple[Partie, str]) -> tuple[str, ...]:
    partie, doute = found
    return f"{partie.date_relance:%d/%m/%Y}", partie.contribuable_id, mask(partie.numero), doute, partie.statut
