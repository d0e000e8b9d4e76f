"""What the messages of a simulation would say, without naming anybody."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rendering.markdown import francs
from relances.rules.models import Canal
from relances.rules.redaction import Plume, Sujet
from relances.rules.routing import Chemin
from relances.rules.volumes import CANAUX

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
    """One for each canal, niveau, fournisseur and language that a text can be in, however the language was typed."""
    shown: dict[tuple[str, int, str, str], Exemple] = {}
    for cas in found:
        shown_so = exemple(cas, plume, chemin_of(cas.fournisseur))
        if shown_so is not None:
            shown.setdefault((cas.canal, cas.niveau, cas.fournisseur, shown_so.langue), shown_so)
    return list(shown.values())


def exemple(cas: Cas, plume: Plume, chemin: Chemin) -> Exemple | None:
    """The example's text as the policy in force writes it; None where that has no such niveau or no such short text."""
    niveau = next((niveau for niveau in plume.politique.niveaux if niveau.numero == cas.niveau), None)
    if niveau is None:
        return None
    sujet = Sujet(NOM, None, cas.langue, cas.montant, cas.libelles, cas.echeance)
    redaction = plume.write(sujet, cas.canal, niveau, chemin)
    langue = plume.gabarits.langue_of(cas.canal, niveau.gabarit, cas.langue)
    return Exemple(cas, langue, redaction.texte) if redaction else None


def textes(exemples: Sequence[Exemple]) -> str:
    """The section of the report; nothing without an example."""
    if not exemples:
        return ""
    shown = [f"{_titre(exemple)}\n\n{_quote(exemple.texte)}" for exemple in exemples]
    return "\n\n".join(["## Exemples de textes", *shown])


def _titre(exemple: Exemple) -> str:
    cas = exemple.cas
    parts = "1 segment" if cas.segments == 1 else f"{cas.segments} segments"
    way = f"{CANAUX[cas.canal]} par {cas.fournisseur}"
    return f"Niveau {cas.niveau}, {way}, en « {exemple.langue} » ({parts}, {francs(cas.cout)}) :"


def _quote(texte: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in texte.splitlines())
