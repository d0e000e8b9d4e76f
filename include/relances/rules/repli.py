"""By which other canal a relance may go on, where its own does not lead to its contribuable."""

from collections.abc import Sequence
from typing import NamedTuple

import phonenumbers

from relances.rules.models import Canal, Redaction
from relances.rules.numeros import Numero, lire, reach
from relances.rules.redaction import Plume
from relances.rules.routing import Chemin
from relances.rules.soldes import Debiteur, EnAttente, Reecriture, Relecture


class Deplacement(NamedTuple):
    """A relance that goes on by another canal, and what it says there."""

    relance_id: int
    canal: Canal
    fournisseur: str
    niveau: int
    redaction: Redaction


def by_another_canal(
    relance: EnAttente, telephone: str, debiteur: Debiteur | None, plume: Plume, chemins: Sequence[Chemin]
) -> Deplacement | None:
    """The relance written again for the first of these ways that reaches the number; None where none does."""
    for chemin in _reaching(telephone, chemins):
        written = Relecture(plume, chemin).again(relance, relance.creances, debiteur)
        if isinstance(written, Reecriture):
            return Deplacement(relance.id, relance.canal, chemin.fournisseur, written.niveau, written.redaction)
    return None


def beginnings(chemins: Sequence[Chemin]) -> list[str]:
    """How the numbers that these ways may reach begin, as patterns of SQL: a first sieve, before each is read."""
    if not all(chemin.pays for chemin in chemins):
        return ["%"]
    return sorted({f"{phonenumbers.country_code_for_region(pays)}%" for chemin in chemins for pays in chemin.pays})


def _reaching(telephone: str, chemins: Sequence[Chemin]) -> list[Chemin]:
    """The ways that reach this number (digits with the country code)."""
    lecture = lire(f"+{telephone}")
    return [chemin for chemin in chemins if isinstance(reach(lecture, chemin.pays), Numero)]
