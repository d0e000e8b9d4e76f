"""Contacts imported from a spreadsheet, by campaign."""

from collections.abc import Iterable
from datetime import date

import psycopg

from relances.rules.contacts import Contact, Merged
from relances.store.database import query


class Contacts:
    """An import of a campaign, over one connection, within one transaction."""

    def __init__(self, connection: psycopg.Connection, campagne: str) -> None:
        self._connection = connection
        self._campagne = {"campagne": campagne}

    def hold(self, contacts: Iterable[tuple[int, Contact]]) -> None:
        """Keep the contacts of these lines until :meth:`merge`; nobody else imports meanwhile."""
        self._connection.execute(query("create_contacts_read"))
        with self._connection.cursor() as cursor, cursor.copy(query("copy_contacts_read")) as copy:
            for ligne, contact in contacts:
                copy.write_row(
                    (
                        ligne, min(contact.numeros), list(contact.numeros), contact.saisie, contact.montant_du,
                        contact.echeance, contact.libelle, contact.nom, contact.prenom, contact.langue,
                    )
                )  # fmt: skip

        self._connection.execute(query("lock_contacts"))
        self._connection.execute(query("analyze_contacts"))
        self._connection.execute(query("recognise_contacts_read"), self._campagne)
        self._connection.execute(query("name_contacts_read"), self._campagne)

    def leave_out_nameless(self) -> list[int]:
        """Drop the lines that name nobody where several people owe the same; returns them."""
        return sorted(ligne for (ligne,) in self._connection.execute(query("leave_out_nameless")))

    def leave_out_contradictions(self) -> list[tuple[int, int]]:
        """Drop all lines of a creance given with several amounts; returns each with a line that contradicts it."""
        return sorted((ligne, autre) for ligne, autre in self._connection.execute(query("leave_out_contradictions")))

    def leave_out_repetitions(self) -> list[tuple[int, int]]:
        """Drop the lines that repeat another; returns each with the line that it repeats."""
        return sorted((ligne, autre) for ligne, autre in self._connection.execute(query("leave_out_repetitions")))

    def leave_out_other_names(self) -> list[int]:
        """Drop the lines of somebody whose number owes the same, by an earlier import, under a name not in this one."""
        return sorted(ligne for (ligne,) in self._connection.execute(query("leave_out_other_names"), self._campagne))

    def merge(self, today: date) -> Merged:
        """Bring the campaign up to date with what is held."""
        merging = self._connection.execute(query("merge_contacts"), {**self._campagne, "today": today})
        [(ajoutees, modifiees, connues, soldees, a_echoir)] = merging
        self._connection.execute(query("analyze_contacts"))
        self._connection.execute(query("assign_contacts"))
        [(contribuables,)] = self._connection.execute(query("count_people_read"), self._campagne)
        return Merged(ajoutees, modifiees, connues, soldees, a_echoir, contribuables)
