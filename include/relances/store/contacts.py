"""Contacts imported from a spreadsheet, by campaign."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import psycopg

from relances.rules.contacts import Contact
from relances.store.database import query


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import changed, in creances.

    ``lues``: those of the file; of these, ``soldees``: those of zero, ``a_echoir``: those due after today;
    ``contribuables``: how many numbers they are of.
    """

    ajoutees: int
    modifiees: int
    lues: int
    soldees: int
    a_echoir: int
    contribuables: int


class Contacts:
    """An import, over one connection, within one transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def hold(self, contacts: Iterable[tuple[int, Contact]]) -> None:
        """Keep the contacts of these lines until :meth:`merge`."""
        self._connection.execute(query("create_contacts_read"))
        with self._connection.cursor() as cursor, cursor.copy(query("copy_contacts_read")) as copy:
            for ligne, contact in contacts:
                copy.write_row(
                    (
                        ligne, contact.numero.chiffres, contact.saisie, contact.montant_du, contact.echeance,
                        contact.libelle, contact.nom, contact.prenom, contact.langue,
                    )
                )  # fmt: skip

    def leave_out_contradictions(self) -> list[tuple[int, int]]:
        """Drop all lines of a creance that is said to be of several amounts; each, and one that says another."""
        return sorted((ligne, autre) for ligne, autre in self._connection.execute(query("leave_out_contradictions")))

    def merge(self, campagne: str, today: date) -> Merged:
        """Bring a campaign up to date with what is held."""
        self._connection.execute(query("lock_contacts"))
        row = self._connection.execute(query("merge_contacts"), {"campagne": campagne, "today": today}).fetchone()
        return Merged(*(row or (0, 0, 0, 0, 0, 0)))
