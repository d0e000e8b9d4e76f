"""What the messages of a simulation would say, without naming anybody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.models import Canal
from relances.rules.redaction import Plume, Sujet
from relances.rules.routing import Chemin

NOM: Final = "[nom]"


@dataclass(frozen=True, slots=True)
class Cas:
    """A relance to show as an example: all that its text depends on, save the name."""

    canal: Canal
    niveau: int
    fournisseur: str
    langue: str | None
    montant: Decimal
    libelles: list[str]
    echeance: date
    segments: int
    cout: Decimal


@dataclass(frozen=True, slots=True)
class Exemple:
    """A relance, and its text with the name hidden, in that language."""

    cas: Cas
    langue: str
    texte: str


def exemples(found: Iterable[Cas], plume: Plume, chemin_of: Callable[[str], Chemin]) -> list[Exemple]:
    """One example for each canal, niveau, fournisseur and language of a template, however the language was typed."""
    shown: dict[tuple[str, int, str, str], Exemple] = {}
    for cas in found:
        shown_so = exemple(cas, plume, chemin_of(cas.fournisseur))
        if shown_so is not None:
            shown.setdefault((cas.canal, cas.niveau, cas.fournisseur, shown_so.langue), shown_so)
    return list(shown.values())


def exemple(cas: Cas, plume: Plume, chemin: Chemin) -> Exemple | None:
    """The text of an example under this policy; None where the niveau is gone, or no text is short enough."""
    niveau = next((niveau for niveau in plume.politique.niveaux if niveau.numero == cas.niveau), None)
    if niveau is None:
        return None
    sujet = Sujet(NOM, None, cas.langue, cas.montant, cas.libelles, cas.echeance)
    redaction = plume.write(sujet, cas.canal, niveau, chemin)
    langue = plume.gabarits.langue_of(cas.canal, niveau.gabarit, cas.langue)
    return Exemple(cas, langue, redaction.texte) if redaction else None
