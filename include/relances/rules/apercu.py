"""What the messages of a simulation would say, without naming anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.depenses import CANAUX
from relances.rules.markdown import francs
from relances.rules.models import Canal
from relances.rules.redaction import Plume, Sujet
from relances.rules.routing import Voie

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
    """A relance, and its text with the name hidden."""

    cas: Cas
    texte: str


def exemple(cas: Cas, plume: Plume, voie: Voie) -> Exemple | None:
    """The example's text as the policy in force writes it; None where that has no such niveau or no such short text."""
    niveau = next((niveau for niveau in plume.politique.niveaux if niveau.numero == cas.niveau), None)
    if niveau is None:
        return None
    sujet = Sujet(NOM, None, cas.langue, cas.montant, cas.libelles, cas.echeance)
    redaction = plume.write(sujet, cas.canal, niveau, voie)
    return Exemple(cas, redaction.texte) if redaction else None


def textes(exemples: Sequence[Exemple]) -> str:
    """The section of the report; nothing without an example."""
    if not exemples:
        return ""
    shown = [f"{_titre(exemple.cas)}\n\n{_quote(exemple.texte)}" for exemple in exemples]
    return "\n\n".join(["## Exemples de textes", *shown])


def _titre(cas: Cas) -> str:
    parts = "1 segment" if cas.segments == 1 else f"{cas.segments} segments"
    return f"Niveau {cas.niveau}, {CANAUX[cas.canal]} par {cas.fournisseur} ({parts}, {francs(cas.cout)}) :"


def _quote(texte: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in texte.splitlines())
