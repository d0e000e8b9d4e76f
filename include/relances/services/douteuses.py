"""The relances that left for a number which would be doubtful today."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from relances.rules.douteuses import Douteuse, Partie
from relances.services.installation import RELANCES, Installation
from relances.store.douteuses import stream_left
from relances_providers.provider_info import provider_named

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Resume:
    """How many there are, and the first of them."""

    premieres: Sequence[Douteuse]
    total: int


def summarize(installation: Installation) -> Resume:
    """The latest of these relances, and how many there are in all."""
    with stream(installation) as found:
        premieres = list(islice(found, _SHOWN))
        return Resume(premieres, len(premieres) + sum(1 for _ in found))


@contextmanager
def stream(installation: Installation) -> Iterator[Iterator[Douteuse]]:
    """All of them, one by one in flat memory, within the block."""
    with installation.base(RELANCES) as relances:
        yield _doubtful(stream_left(relances))


def _doubtful(parties: Iterator[Partie]) -> Iterator[Douteuse]:
    for partie in parties:
        provider = provider_named(partie.fournisseur)
        doute = partie.doute(provider.countries if provider is not None else frozenset())
        if doute is not None:
            yield Douteuse(partie, doute)
