"""What was decided of one contribuable in a run, as the row of a table for an agent."""

from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rendering.json_sur import Record
from relances.rendering.places import PLACES
from relances.rules.bilan import EXCLUE
from relances.rules.causes import Explications, cause
from relances.rules.decisions import DecisionPrise
from relances.rules.exclusions import raison
from relances_providers.discretion import mask

HEADER: Final = (
    "contribuable_id", "nom", "prenom", "telephone", "numero", "canal", "fournisseur", "niveau", "creances", "montant",
    "segments", "cout", "decision", "code", "raison",
)  # fmt: skip
KEYS: Final = (
    "contribuable_id", "numero", "canal", "fournisseur", "niveau", "creances", "montant", "segments", "cout",
    "decision", "code", "raison",
)  # fmt: skip


def cells(prise: DecisionPrise, explications: Explications) -> tuple[Valeur, ...]:
    """One decision as cells, in the order of HEADER. ``explications``: what the codes of fournisseurs mean."""
    return (
        prise.contribuable_id, prise.nom, prise.prenom, prise.telephone, prise.numero, prise.canal, prise.fournisseur,
        prise.niveau, prise.creances, prise.montant, prise.segments, prise.cout, PLACES[prise.place].une, prise.code,
        _why(prise, explications),
    )  # fmt: skip


def record(prise: DecisionPrise, explications: Explications) -> Record:
    """One decision for a program, with these KEYS: no name, the number masked."""
    numero = None if prise.numero is None else mask(prise.numero.removeprefix("+"))
    cout = None if prise.cout is None else str(prise.cout)
    values = (
        prise.contribuable_id, numero, prise.canal, prise.fournisseur, prise.niveau, prise.creances, str(prise.montant),
        prise.segments, cout, prise.place, prise.code, _why(prise, explications),
    )  # fmt: skip
    return dict(zip(KEYS, values, strict=True))


def _why(prise: DecisionPrise, explications: Explications) -> str | None:
    if prise.code is None:
        return None
    meaning = raison(prise.code) if prise.place == EXCLUE else cause(prise.code, prise.fournisseur, explications)
    return meaning.libelle
