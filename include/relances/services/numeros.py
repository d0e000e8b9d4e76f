"""Reads telephone numbers: those of an extraction that were never read before, and one that a person names."""

import logging
from collections.abc import Callable

import psycopg

from relances.rules.numeros import Numero, Refus, Verdict, candidats, lire, reach
from relances.rules.politique import Politique
from relances.store.executions import Execution
from relances.store.numeros import Numeros
from relances_providers.provider_info import PROVIDERS

logger = logging.getLogger(__name__)


def read_numbers(relances: psycopg.Connection, execution: Execution) -> int:
    """Read and remember what is new; returns how many numbers. A cell that holds several becomes as many telephones."""
    with relances.transaction():
        numeros = Numeros(relances, execution)
        numeros.open()
        read, cut = _read_all(numeros)
        if cut:
            numeros.cut()
            more, _ = _read_all(numeros)
            read += more
        if read:
            numeros.let_planner_know()
    logger.info("%s numéros de téléphone nouveaux, %s cellules de plusieurs numéros", read, cut)
    return read


def _read_all(numeros: Numeros) -> tuple[int, int]:
    """Read what nobody read yet; returns how many numbers were, and how many cells were cut into numbers to read."""
    read = cut = 0
    for saisies in numeros.to_read():
        held = {saisie: candidats(saisie) for saisie in saisies}
        several = {saisie: each for saisie, each in held.items() if len(each) > 1}
        numeros.remember([(saisie, lire(saisie)) for saisie in saisies if saisie not in several])
        if several:
            numeros.note_cut(several)
        read, cut = read + len(saisies) - len(several), cut + len(several)
    return read, cut


def by_policy(verdict: Verdict, politique: Politique) -> Verdict:
    """The verdict, but for a number in the format of the guides, which the policy takes or not."""
    if isinstance(verdict, Numero) and verdict.format_guide and not politique.selection.accepter_format_guide:
        return Refus.FORMAT_GUIDE
    return verdict


def read_by_providers(politique: Politique) -> Callable[[str], Verdict]:
    """What reads one number as typed: as the first fournisseur that reaches it takes it, else as none does.

    Nobody asked for one of them by name: ten bare digits are a mistyped number rather than an American one.
    """

    def read(telephone: str) -> Verdict:
        lecture = by_policy(lire(telephone), politique)
        verdicts = [reach(lecture, provider.countries) for provider in PROVIDERS]
        return next((verdict for verdict in verdicts if isinstance(verdict, Numero)), verdicts[0])

    return read
