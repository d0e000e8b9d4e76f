"""Relances that may go on by another way, and their going over to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter

import psycopg
from psycopg.types.json import Jsonb

from relances.rules.models import Canal
from relances.rules.repli import Deplacement
from relances.rules.soldes import EnAttente, Reste
from relances.store.database import query


@dataclass(frozen=True, slots=True)
class Recherche:
    """Which relances of a fournisseur may go on by another way, on ``canal``.

    ``codes``: those they failed by. ``debuts``: patterns of the numbers that the other ways reach. ``heures``: since
    their creation at most. ``oubli_jours``: days after which an unreachable number is forgotten.
    """

    fournisseur: str
    canal: Canal
    codes: list[str]
    debuts: list[str]
    heures: int
    oubli_jours: int


class Replis:
    """Over one connection in autocommit; what is read to be changed, and its change, within one transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def unreachable(self, recherche: Recherche, apres: int, nombre: int) -> list[tuple[EnAttente, str]]:
        """The next ``nombre`` that failed, as relances of the other canal, with their number."""
        parameters = _parameters(recherche, apres, nombre)
        rows = self._connection.execute(query("take_unreachable"), parameters).fetchall()
        found: list[tuple[EnAttente, str]] = []
        for relance, group in groupby(rows, key=itemgetter(0, 1, 2, 3, 4)):
            id_, execution_id, date_relance, niveau, telephone = relance
            creances = tuple(Reste(*row[5:]) for row in group)
            found.append((EnAttente(id_, execution_id, date_relance, niveau, recherche.canal, creances), telephone))
        return found

    def keep_creations_off(self) -> bool:
        """Until the end of the transaction; False where one is under way."""
        row = self._connection.execute(query("try_lock_creations")).fetchone()
        return row is not None and bool(row[0])

    def change(self, deplacements: Sequence[Deplacement]) -> None:
        """Let these go on by their new ways."""
        self._connection.execute(query("change_way"), {"chemins": Jsonb([_row(each) for each in deplacements])})


def _parameters(recherche: Recherche, apres: int, nombre: int) -> dict[str, object]:
    return {**asdict(recherche), "canal": recherche.canal.value, "apres": apres, "nombre": nombre}


def _row(deplacement: Deplacement) -> dict[str, object]:
    redaction = deplacement.redaction
    return {
        "relance_id": deplacement.relance_id,
        "canal": deplacement.canal.value,
        "fournisseur": deplacement.fournisseur,
        "niveau": deplacement.niveau,
        **redaction._asdict(),
        "cout": str(redaction.cout),
    }
