"""``relances importer-contacts``: the people of a campaign, who are not in the tax application."""

from datetime import date
from pathlib import Path

from relances.orchestration.connections import RELANCES, database
from relances.orchestration.importation import CompteRendu, opened, told
from relances.orchestration.politique import politique
from relances.rules.errors import Blocked
from relances.services import imports
from relances.services.imports import Imported
from relances.services.line_log import line_log

_NOM_MAX = 100  # characters


def import_contacts(
    fichier: Path, campagne: str, today: date, *, encodage: str | None = None, ignorer_erreurs: bool
) -> CompteRendu:
    """Bring a campaign up to date with a file; ``today``: in Libreville. Blocked where it is no such file.

    ``encodage``: of the file; None: as it shows.
    """
    nom, qualite = _campagne(campagne), politique().qualite
    with (
        opened(fichier, encodage) as table,
        line_log(fichier, "erreurs") as erreurs,
        line_log(fichier, "remarques") as remarques,
        database(RELANCES) as relances,
    ):
        imported = imports.import_contacts(
            relances,
            table,
            nom,
            qualite,
            erreurs=erreurs,
            remarques=remarques,
            today=today,
            ignorer_erreurs=ignorer_erreurs,
        )
    return told(_said(nom, imported), erreurs, remarques, fait=imported.merged is not None)


def _campagne(name: str) -> str:
    found = " ".join(name.split())
    if not found:
        raise Blocked("--campagne est vide : donnez le nom de la campagne", "the campaign has no name: give one")
    if not found.isprintable() or len(found) > _NOM_MAX:
        raise Blocked(f"campagne : attendu un nom de {_NOM_MAX} caractères au plus", "campaign: expected a short name")
    return found


def _said(campagne: str, imported: Imported) -> str:
    merged = imported.merged
    if merged is None:
        return f"Lignes lues : {imported.lues}, refusées : {imported.refusees}."
    return (
        f"Campagne {campagne}, lignes lues : {imported.lues}, créances ajoutées : {merged.ajoutees}, "
        f"modifiées : {merged.modifiees}, inchangées : {merged.inchangees}, fusionnées : {imported.fusionnees}, "
        f"refusées : {imported.refusees} ; soldées : {merged.soldees}, pas encore échues : {merged.a_echoir} ; "
        f"contribuables : {merged.contribuables}."
    )
