"""What the messages of a simulation would say, as a section of its report."""

from collections.abc import Sequence

from relances.rendering.markdown import francs
from relances.rendering.volumes import CANAUX
from relances.rules.apercu import Exemple


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
