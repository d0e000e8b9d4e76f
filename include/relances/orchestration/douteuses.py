"""``relances douteuses``: the relances that left for a number which would be doubtful today."""

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Final

from relances.orchestration.connections import RELANCES, database
from relances.rendering.douteuses import HEADER, cells, summary
from relances.rendering.markdown import compte
from relances.rendering.tableau_csv import PERSONAL_DATA, open_csv
from relances.rules.douteuses import Douteuse, Partie
from relances.store.douteuses import stream_left
from relances_providers.provider_info import provider_named

_SHOWN: Final = 20


def list_doubtful(csv: Path | None) -> str:
    """Returns what to print: a few masked lines, or where all of them are written."""
    with database(RELANCES) as relances, nullcontext() if csv is None else open_csv(csv, HEADER) as write:
        found = _doubtful(stream_left(relances))
        if csv is not None and write is not None:
            written = compte(write(map(cells, found)), "relance douteuse écrite", "relances douteuses écrites")
            return f"{written} dans {csv} ({PERSONAL_DATA})."
        shown = list(islice(found, _SHOWN))
        return summary(shown, len(shown) + sum(1 for _ in found))


def _doubtful(parties: Iterator[Partie]) -> Iterator[Douteuse]:
    for partie in parties:
        provider = provider_named(partie.fournisseur)
        doute = partie.doute(provider.countries if provider is not None else frozenset())
        if doute is not None:
            yield Douteuse(partie, doute)
