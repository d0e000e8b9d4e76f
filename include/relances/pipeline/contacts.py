"""``relances importer-contacts``: the people of a campaign, who are not in the tax application."""

from datetime import date
from pathlib import Path

from relances.pipeline.connections import RELANCES, database
from relances.pipeline.importation import CompteRendu, opened, told
from relances.pipeline.policy import politique
from relances.rules.errors import Blocked
from relances.stages import imports
from relances.store.contacts import Merged

_NOM_MAX = 100  # characters


def import_contacts(
    fichier: Path, campagne: str, today: date, *, encodage: str | None = None, ignorer_erreurs: bool
) -> CompteRendu:
    """Bring a campaign up to date with a file; ``today``: in Libreville. Blocked where it is no such file.

    ``encodage``: of the file; None: as it shows.
    """
    nom, qualite = _campagne(campagne), politique().qualite
    with opened(fichier, encodage) as table, imports.error_log(fichier) as journal, database(RELANCES) as relances:
        merged = imports.import_contacts(
            relances, table, nom, qualite, journal, today=today, ignorer_erreurs=ignorer_erreurs
        )
    return told(None if merged is None else _said(nom, merged), journal)


def _campagne(name: str) -> str:
    found = " ".join(name.split())
    if not found:
        raise Blocked("--campagne est vide : donnez le nom de la campagne", "the campaign has no name: give one")
    if not found.isprintable() or len(found) > _NOM_MAX:
        raise Blocked(f"campagne : attendu un nom de {_NOM_MAX} caractères au plus", "campaign: expected a short name")
    return found


def _said(campagne: str, merged: Merged) -> str:
    return (
        f"Campagne {campagne}, créances ajoutées : {merged.ajoutees}, modifiées : {merged.modifiees}, inchangées : "
        f"{merged.lues - merged.ajoutees - merged.modifiees}, soldées : {merged.soldees}, "
        f"pas encore échues : {merged.a_echoir} ; contribuables : {merged.contribuables}."
    )
