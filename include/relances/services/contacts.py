"""The people of a campaign, from a spreadsheet: a whole file or nothing of it, and every line accounted for."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import psycopg

from relances.rules.colonnes import find_columns
from relances.rules.contacts import OBLIGATOIRES, TITRES, Contact, Doublon, Genre, Imported, read_contact
from relances.rules.errors import Blocked
from relances.rules.line_log import LineLog
from relances.rules.tableur import Tableau
from relances.services.imports import as_far_as, no_row
from relances.services.installation import RELANCES, Installation
from relances.store.contacts import Contacts

_NOM_MAX: Final = 100  # characters


def import_contacts(
    installation: Installation,
    table: Tableau,
    campagne: str,
    *,
    erreurs: LineLog,
    remarques: LineLog,
    today: date,
    ignorer_erreurs: bool,
) -> Imported:
    """Bring a campaign up to date with a file, unless its errors prevent it; ``today``: in Libreville."""
    nom, qualite = read_campagne(campagne), installation.politique().qualite
    colonnes, lues = find_columns(table.titres, TITRES, OBLIGATOIRES, table.nom), 0

    def contacts() -> Iterator[tuple[int, Contact]]:
        nonlocal lues
        for ligne in as_far_as(table, erreurs, ignorer_erreurs=ignorer_erreurs):
            lues += 1
            read = read_contact(ligne, colonnes, qualite, today)
            if isinstance(read, Contact):
                yield ligne.numero, read
            else:
                erreurs.add(read)

    with installation.base(RELANCES) as relances, relances.transaction() as whole:
        held = Contacts(relances, nom)
        held.hold(contacts())
        if not lues:
            raise no_row(table)
        _refuse(held, erreurs, colonnes.titres[colonnes.places["montant"]])
        if erreurs.nombre and not ignorer_erreurs:
            raise psycopg.Rollback(whole)
        repetitions = held.leave_out_repetitions()
        for ligne, autre in repetitions:
            remarques.add([Doublon(ligne, Genre.REPETITION, autre)])
        return Imported(nom, lues, erreurs.lignes, len(repetitions), held.merge(today))
    return Imported(nom, lues, erreurs.lignes, 0, None)


def read_campagne(name: str) -> str:
    """The name of a campaign, checked; Blocked where it cannot be one."""
    found = " ".join(name.split())
    if not found:
        raise Blocked("--campagne est vide : donnez le nom de la campagne", "the campaign has no name: give one")
    if not found.isprintable() or len(found) > _NOM_MAX:
        raise Blocked(f"campagne : attendu un nom de {_NOM_MAX} caractères au plus", "campaign: expected a short name")
    return found


def _refuse(held: Contacts, erreurs: LineLog, montant: str) -> None:
    """Leave out the lines that others make doubtful."""
    for ligne in held.leave_out_nameless():
        erreurs.add([Doublon(ligne, Genre.SANS_NOM)])
    for ligne in held.leave_out_other_names():
        erreurs.add([Doublon(ligne, Genre.AUTRE_NOM)])
    for ligne, autre in held.leave_out_contradictions():
        erreurs.add([Doublon(ligne, Genre.CONTRADICTION, autre, montant)])
