"""By which other way a relance may go on, where its own does not lead to its contribuable."""

from collections.abc import Sequence, Set
from typing import NamedTuple

import phonenumbers

from relances.rules.models import Canal, Redaction
from relances.rules.numeros import Numero, lire, reach
from relances.rules.redaction import Plume
from relances.rules.routing import Voie
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
    relance: Retenue, canal: Canal, voies: Sequence[Voie], segments_max: int
) -> Deplacement | None:
    """The same text by the first of these ways that reaches the number and takes it; None: by none."""
    for voie in _reaching(relance.telephone, voies):
        segments = count_segments(relance.texte) if voie.par_segment else 1
        if len(relance.texte) <= voie.longueur_max and segments <= segments_max:
            evites = relance.segments_evites if voie.par_segment else 0
            redaction = Redaction(relance.texte, None, None, segments, evites, voie.tarif * segments)
            return Deplacement(relance.relance_id, canal, voie.fournisseur, relance.niveau, redaction)
    return None


def by_another_canal(
    relance: EnAttente, telephone: str, debiteur: Debiteur | None, plume: Plume, voies: Sequence[Voie]
) -> Deplacement | None:
    """What the relance still speaks of, written for its canal and the first of its ways that may; None: by none."""
    for voie in _reaching(telephone, voies):
        written = Relecture(plume, voie).again(relance, relance.creances, debiteur)
        if isinstance(written, Reecriture):
            return Deplacement(relance.id, relance.canal, voie.fournisseur, written.niveau, written.redaction)
    return None


def overlap(pays: Set[str], autres: Set[str]) -> bool:
    """Whether some number is of both; countries by ISO code, none: any."""
    return not pays or not autres or not pays.isdisjoint(autres)


def beginnings(voies: Sequence[Voie]) -> list[str]:
    """How the numbers that these ways may reach begin, as patterns of SQL: a first sieve, before each is read."""
    if not all(voie.pays for voie in voies):
        return ["%"]
    return sorted({f"{phonenumbers.country_code_for_region(pays)}%" for voie in voies for pays in voie.pays})


def _reaching(telephone: str, voies: Sequence[Voie]) -> list[Voie]:
    """``telephone``: digits with the country code."""
    lecture = lire(f"+{telephone}")
    return [voie for voie in voies if isinstance(reach(lecture, voie.pays), Numero)]
