"""The policy of the installation, and what a run makes of it: its texts, its ways out."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from relances.orchestration.providers import chemins
from relances.policy.politique import DEFAULT_FILE, load_policy
from relances.rules.gabarits import DEFAULT_FOLDER, Gabarits
from relances.rules.models import Canal
from relances.rules.politique import Niveau, Politique
from relances.rules.redaction import Plume
from relances.rules.request import Request
from relances.rules.routing import Chemin, Routage
from relances.rules.selection import Regles
from relances.store.signales import flagged_numbers
from relances.store.sources import CONTACTS, Source
from relances_providers.provider_info import provider_named

_VARIABLE: Final = "RELANCES_POLITIQUE"


@dataclass(frozen=True, slots=True)
class Sortie:
    """How one niveau leaves: by which canal, and by which fournisseurs, the preferred first."""

    canal: Canal
    chemins: tuple[Chemin, ...]


def politique() -> Politique:
    """The policy in force: the file that the environment names, else the product's own."""
    return load_policy(_file())


def plume(politique: Politique) -> Plume:
    """The texts in force: the templates beside the policy, where there are some, else the product's own."""
    beside = _file().parent / DEFAULT_FOLDER.name
    return Plume(politique, Gabarits(beside if beside.is_dir() else DEFAULT_FOLDER, politique.texte.langue))


def source_of(request: Request, politique: Politique) -> Source:
    """Who a run reminds: the contacts of a campaign, else the taxpayers of the tax application."""
    return Source(politique.source if request.campagne is None else CONTACTS)


def sorties(request: Request, politique: Politique) -> dict[int, Sortie]:
    """How each niveau leaves in this run. Blocked where a fournisseur does not serve its canal."""
    return {niveau.numero: _sortie(request, politique, niveau) for niveau in politique.niveaux}


def required_first(sorties: Mapping[int, Sortie]) -> Iterator[tuple[str, bool]]:
    """Each fournisseur of these sorties once, and whether it is required: the first of a sortie is."""
    required = {sortie.chemins[0].fournisseur for sortie in sorties.values()}
    names = dict.fromkeys(chemin.fournisseur for sortie in sorties.values() for chemin in sortie.chemins)
    for name in sorted(names, key=lambda name: name not in required):
        yield name, name in required


def rules_of(request: Request, politique: Politique, relances: psycopg.Connection) -> Regles:
    """What decides in this run."""
    selection = politique.selection
    par_niveau = sorties(request, politique)
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
    return Regles(politique, plume(politique), request.date_relance, routages)


def _sortie(request: Request, politique: Politique, niveau: Niveau) -> Sortie:
    """What the run names comes first; a fournisseur serves one canal, its own."""
    named = provider_named(request.fournisseur) if request.fournisseur is not None else None
    canal = request.canal or (Canal(named.channel) if named is not None else niveau.canal)
    fournisseur = request.fournisseur or (niveau.fournisseur if canal is niveau.canal else None)
    return Sortie(canal, chemins(canal, fournisseur, politique))


def _file() -> Path:
    return Path(os.environ.get(_VARIABLE) or DEFAULT_FILE)
