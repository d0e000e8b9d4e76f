"""How the relances of a run leave: by which canal and which fournisseurs, niveau by niveau."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

from relances.rules.models import Canal
from relances.rules.politique import Niveau
from relances.rules.routing import Chemin, Routage
from relances.rules.selection import Regles
from relances.services.fournisseurs import chemins
from relances.services.installation import Installation
from relances.services.passages import Passage
from relances.store.signales import flagged_numbers
from relances_providers.provider_info import provider_named


@dataclass(frozen=True, slots=True)
class Sortie:
    """How one niveau leaves: by which canal, and by which fournisseurs, the preferred first."""

    canal: Canal
    chemins: tuple[Chemin, ...]


def sorties(installation: Installation, passage: Passage) -> dict[int, Sortie]:
    """How each niveau leaves in this run. Blocked where a fournisseur does not serve its canal."""
    return {niveau.numero: _sortie(installation, passage, niveau) for niveau in passage.politique.niveaux}


def required_first(sorties: Mapping[int, Sortie]) -> Iterator[tuple[str, bool]]:
    """Each fournisseur of these sorties once, and whether it is required: the first of a sortie is."""
    required = {sortie.chemins[0].fournisseur for sortie in sorties.values()}
    names = dict.fromkeys(chemin.fournisseur for sortie in sorties.values() for chemin in sortie.chemins)
    for name in sorted(names, key=lambda name: name not in required):
        yield name, name in required


def rules_of(installation: Installation, passage: Passage, relances: psycopg.Connection) -> Regles:
    """The rules that decide in this run."""
    request, selection = passage.request, passage.politique.selection
    par_niveau = sorties(installation, passage)
    signales = {
        canal: flagged_numbers(relances, canal, selection.oubli_injoignable_jours)
        for canal in {sortie.canal for sortie in par_niveau.values()}
    }
    routages = {
        numero: Routage(
            sortie.canal,
            sortie.chemins,
            imposee=request.fournisseur is not None,
            accepter_format_guide=selection.accepter_format_guide,
            signales=signales[sortie.canal],
        )
        for numero, sortie in par_niveau.items()
    }
    return Regles(passage.politique, passage.plume, request.date_relance, routages)


def _sortie(installation: Installation, passage: Passage, niveau: Niveau) -> Sortie:
    """How one niveau leaves: as the run names it, else as the policy does. A fournisseur serves one canal."""
    request = passage.request
    named = provider_named(request.fournisseur) if request.fournisseur is not None else None
    canal = request.canal or (Canal(named.channel) if named is not None else niveau.canal)
    fournisseur = request.fournisseur or (niveau.fournisseur if canal is niveau.canal else None)
    return Sortie(canal, chemins(installation, canal, fournisseur, passage.politique))
