"""Lists of people from a spreadsheet to the database: a whole file or nothing of it, and every error told."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import psycopg

from relances.rules.colonnes import Erreur, find_columns
from relances.rules.contacts import OBLIGATOIRES, TITRES, Contact, read_contact
from relances.rules.csv_sur import Valeur
from relances.rules.errors import Blocked
from relances.rules.oppositions import Opposition, find_opposition_columns, read_opposition
from relances.rules.policy import Qualite
from relances.rules.tableur import Tableau
from relances.stages.tableau_csv import Write, open_csv
from relances.store.contacts import Contacts, Merged
from relances.store.database import explained
from relances.store.oppositions import Oppositions
from relances.store.sources import CONTACTS

HEADER: Final = ("ligne", "colonne", "raison", "valeur")
SHOWN: Final = 20
_CONTRADICTION: Final = (
    "même numéro, même libellé et même échéance qu'à la ligne {}, autre montant : lequel est le bon ?"
)


@dataclass(slots=True)
class ErrorLog:
    """What is wrong with a file: made by :func:`error_log`. ``premieres``: the first ones, at most ``SHOWN``."""

    path: Path
    nombre: int = 0
    premieres: list[Erreur] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _write: Write | None = None

    def add(self, erreurs: Iterable[Erreur]) -> None:
        """Note these."""
        for erreur in erreurs:
            self.nombre += 1
            if len(self.premieres) < SHOWN:
                self.premieres.append(erreur)
            self._write = self._write or self._stack.enter_context(open_csv(self.path, HEADER))
            self._write([_cells(erreur)])


@contextmanager
def error_log(fichier: Path) -> Iterator[ErrorLog]:
    """All the errors in a file beside the imported one, which is there only where there are some."""
    path = fichier.with_name(f"{fichier.stem}.erreurs.csv")
    with suppress(OSError):
        path.unlink()  # those of an earlier import
    with ExitStack() as stack:
        yield ErrorLog(path, _stack=stack)


@dataclass(frozen=True, slots=True)
class Listed:
    """What an import of oppositions amounts to. ``inconnus``: contribuables that the latest extraction lacks."""

    contribuables: int
    numeros: int
    nouveaux: int
    inconnus: int


def import_contacts(
    relances: psycopg.Connection,
    table: Tableau,
    campagne: str,
    qualite: Qualite,
    journal: ErrorLog,
    *,
    today: date,
    ignorer_erreurs: bool,
) -> Merged | None:
    """Bring a campaign up to date with a file; None where its errors prevent it. ``qualite``: what is no mistake."""
    colonnes = find_columns(table.titres, TITRES, OBLIGATOIRES, table.nom)

    def contacts() -> Iterator[tuple[int, Contact]]:
        for ligne in table.lignes:
            read = read_contact(ligne, colonnes, qualite, today)
            if isinstance(read, Contact):
                yield ligne.numero, read
            else:
                journal.add(read)

    with explained("relances_db"), relances.transaction() as whole:
        held = Contacts(relances)
        held.hold(contacts())
        titre = colonnes.titres[colonnes.places["montant"]]
        for ligne, autre in held.leave_out_contradictions():
            journal.add([Erreur(ligne, titre, _CONTRADICTION.format(autre), "")])
        if journal.nombre and not ignorer_erreurs:
            raise psycopg.Rollback(whole)
        merged = held.merge(campagne, today)
        if not merged.lues and not journal.nombre:
            raise _no_row(table)
        return merged
    return None


def import_oppositions(
    relances: psycopg.Connection,
    table: Tableau,
    source: str,
    number_of: Callable[[str], str],
    journal: ErrorLog,
    *,
    ignorer_erreurs: bool,
) -> Listed | None:
    """Add a file to the list; None where its errors prevent it. ``number_of``: raises Illisible."""
    colonnes = find_opposition_columns(table.titres, table.nom)
    contribuables, numeros = dict[str, str | None](), dict[str, str | None]()
    for ligne in table.lignes:
        match read_opposition(ligne, colonnes, number_of):
            case Opposition(contribuable_id, telephone, motif):
                if contribuable_id is not None:
                    contribuables[contribuable_id] = motif
                if telephone is not None:
                    numeros[telephone] = motif
            case erreurs:
                journal.add(erreurs)
    if journal.nombre and not ignorer_erreurs:
        return None
    if not contribuables and not numeros and not journal.nombre:
        raise _no_row(table)
    with explained("relances_db"), relances.transaction():
        oppositions = Oppositions(relances)
        contacts = {found: contribuables.pop(found) for found in oppositions.contacts(contribuables)}
        nouveaux = oppositions.add(source, contribuables) + oppositions.add(CONTACTS, contacts)
        nouveaux += oppositions.add_numbers(numeros)
        inconnus = oppositions.unknown(source, contribuables)
        return Listed(len(contribuables) + len(contacts), len(numeros), nouveaux, inconnus)


def _no_row(table: Tableau) -> Blocked:
    return Blocked(f"{table.nom} : aucune ligne sous les titres des colonnes", "no row below the titles")


def _cells(erreur: Erreur) -> tuple[Valeur, ...]:
    return erreur.ligne, erreur.colonne, erreur.raison, erreur.valeur
