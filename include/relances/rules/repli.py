"""By which other way a relance may go on, where its own does not lead to its contribuable."""

from collections.abc import Sequence, Set
from typing import NamedTuple

import phonenumbers

from relances.rules.models import Canal, Redaction
from relances.rules.numeros import Numero, lire, reach
from relances.rules.redaction import Plume
from relances.rules.routing import Chemin
from relances.rules.segments import count_segments
from relances.rules.soldes import Debiteur, EnAttente, Reecriture, Relecture


class Retenue(NamedTuple):
    """A relance that waits for a lane by which nothing leaves."""

    relance_id: int
    niveau: int
    telephone: str
    texte: str
    segments_evites: int


class Deplacement(NamedTuple):
    """A relance that goes on by another way, and what it says there."""

    relance_id: int
    canal: Canal
    fournisseur: str
    niveau: int
    redaction: Redaction


def by_another_fournisseur(
    relance: Retenue, canal: Canal, chemins: Sequence[Chemin], segments_max: int
) -> Deplacement | None:
    """The same text by the first of these ways that reaches the number and takes it; None: by none."""
    for chemin in _reaching(relance.telephone, chemins):
        segments = count_segments(relance.texte) if chemin.par_segment else 1
        if len(relance.texte) <= chemin.longueur_max and segments <= segments_max:
            evites = relance.segments_evites if chemin.par_segment else 0
            redaction = Redaction(relance.texte, None, None, segments, evites, chemin.tarif * segments)
            return Deplacement(relance.relance_id, canal, chemin.fournisseur, relance.niveau, redaction)
    return None


def by_another_canal(
    relance: EnAttente, telephone: str, debiteur: Debiteur | None, plume: Plume, chemins: Sequence[Chemin]
) -> Deplacement | None:
    """What the relance still speaks of, written for its canal and the first of its ways that may; None: by none."""
    for chemin in _reaching(telephone, chemins):
        written = Relecture(plume, chemin).again(relance, relance.creances, debiteur)
        if isinstance(written, Reecriture):
            return Deplacement(relance.id, relance.canal, chemin.fournisseur, written.niveau, written.redaction)
    return None


def overlap(pays: Set[str], autres: Set[str]) -> bool:
    """Whether some number is of both; countries by ISO code, none: any."""
    return not pays or not autres or not pays.isdisjoint(autres)


def beginnings(chemins: Sequence[Chemin]) -> list[str]:
    """How the numbers that these ways may reach begin, as patterns of SQL: a first sieve, before each is read."""
    if not all(chemin.pays for chemin in chemins):
        return ["%"]
    return sorted({f"{phonenumbers.country_code_for_region(pays)}%" for chemin in chemins for pays in chemin.pays})


def _reaching(telephone: str, chemins: Sequence[Chemin]) -> list[Chemin]:
    """``telephone``: digits with the country code."""
    lecture = lire(f"+{telephone}")
    return [chemin for chemin in chemins if isinstance(reach(lecture, chemin.pays), Numero)]
