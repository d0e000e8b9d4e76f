"""The name under which a database is known outside it, and whether it still is what was known."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from relances.rules.errors import Blocked
from relances.rules.fichiers import refusal
from relances.rules.restauration import Etat, Proved, Temoignage, discrepancy, stopped
from relances.store.database import query
from relances.store.sources import ShownRow

VARIABLE: Final = "RELANCES_TEMOIN"
"""The variable of the environment that says where it is."""


@dataclass(frozen=True, slots=True)
class Temoin:
    """The file of one machine; it holds a name, a count and a time."""

    path: Path

    def read(self) -> Temoignage | None:
        """What the witness last saw; None where it never saw anything. Blocked where the file cannot be read."""
        try:
            said = json.loads(self.path.read_bytes())
            return Temoignage(str(said["marque"]), int(said["battement"]), datetime.fromisoformat(said["le"]))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(refusal(error)) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._unusable("son contenu n'est pas celui d'un témoin") from None

    def write(self, temoignage: Temoignage) -> None:
        """Replace what the witness says. Blocked where the file cannot be written."""
        said = {"marque": temoignage.marque, "battement": temoignage.battement, "le": temoignage.le.isoformat()}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Under a name of nobody else's: containers that share the folder have the same process numbers.
            descriptor, beside = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(said, file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(beside).replace(self.path)
            except OSError:
                Path(beside).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._unusable(refusal(error)) from None

    def _unusable(self, why: str) -> Blocked:
        return Blocked(
            f"le témoin {self.path} ne se lit ou ne s'écrit pas ({why}) ; rendez ce fichier accessible, ou désignez-en "
            f"un autre par {VARIABLE}",
            f"the witness file cannot be read or written: see {VARIABLE}",
        )


def read_etat(row: TupleRow) -> Etat:
    """From the row of ``look_at_installation``."""
    marques, battement, nommee_le, connu_jusqu_au, chez_elle, motif = row
    return Etat(tuple(marques), battement, nommee_le, connu_jusqu_au, chez_elle, motif)


def read_temoignage(row: TupleRow) -> Temoignage:
    """From the row of ``beat``."""
    marque, battement, battu_le, _ = row
    return Temoignage(marque, battement, battu_le)


class Marque:
    """The present name of a database, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def look(self) -> Etat:
        """What it says of itself."""
        [row] = self._connection.execute(query("look_at_installation"))
        return read_etat(row)

    def discrepancy(self, temoin: Temoin | None) -> str | None:
        """Why it must not send, by itself and by a witness; None where nothing speaks against it."""
        # The witness first: it may learn of what the database is told between two looks, not the other way round.
        temoignage = temoin.read() if temoin is not None else None
        return discrepancy(self.look(), temoignage)

    def require(self, temoin: Temoin | None) -> None:
        """Blocked where the database may be older than what was sent, and from then on for everybody."""
        motif = self.discrepancy(temoin)
        if motif is None:
            return
        if self.look().chez_elle:
            self.stop(motif)
        raise stopped(motif)

    def stop(self, motif: str) -> None:
        """Let nobody send from it until it is restored."""
        self._connection.execute(query("stop_installation"), {"motif": motif})

    def beat(self) -> Temoignage:
        """Remember that messages leave."""
        [row] = self._connection.execute(query("beat"))
        return read_temoignage(row)

    def latest_knowledge(self) -> datetime:
        """The latest moment at which it knew that it sent."""
        [(moment,)] = self._connection.execute(query("latest_knowledge"))
        assert isinstance(moment, datetime)  # noqa: S101 - it was named at some time
        return moment

    def oldest_unsettled(self) -> datetime | None:
        """When the oldest relance was created of which it does not know whether it was sent; None: there is none."""
        [(moment,)] = self._connection.execute(query("oldest_unsettled"))
        assert moment is None or isinstance(moment, datetime)  # noqa: S101 - what the query gives
        return moment

    @contextmanager
    def recognising(self, shown: Iterable[ShownRow]) -> Iterator["Recognition"]:
        """What the tax application shows of this history; in one transaction, which its end commits."""
        with self._connection.transaction():
            self._connection.execute(query("create_shown"))
            with self._connection.cursor() as cursor, cursor.copy(query("copy_shown")) as copy:
                for row in shown:
                    copy.write_row(row)
            self._connection.execute(query("recognise_shown"))
            yield Recognition(self._connection)


class Recognition:
    """Made by :meth:`Marque.recognising`: the rows of this history, beside what the database knows of them."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def contradictions(self) -> int:
        """How many relances are shown of which the database does not know that much."""
        [(nombre,)] = self._connection.execute(query("count_contradictions"))
        return int(nombre)

    def strangers(self) -> bool:
        """Whether there are rows of names that this database never had."""
        [(found,)] = self._connection.execute(query("has_strangers"))
        return bool(found)

    def settle(self) -> Proved:
        """Write down what the rows prove."""
        [(envoyees, echecs)] = self._connection.execute(query("settle_shown"))
        return Proved(envoyees, echecs)

    def doubt(self, sures: Sequence[str] | None, comptes: Mapping[str, str]) -> dict[str, int]:
        """Put in doubt what is shown so, and what else may have been sent meanwhile; how many by fournisseur.

        ``sures``: the sources of which all that was sent is known; None: of all. ``comptes``: the account of each
        fournisseur whose answer that it has no message proves something.
        """
        parameters = {
            "sures": None if sures is None else list(sures),
            "fournisseurs": list(comptes),
            "comptes": list(comptes.values()),
        }
        return dict(self._connection.execute(query("doubt_waiting"), parameters).fetchall())

    def rename(self, dernier_jour: date | None, *, contacts: bool) -> str:
        """Take a new name, here, and number beyond all that may have been seen; returns it.

        ``dernier_jour``: the last day of which unknown relances may have left; ``contacts``: those known may have been
        reminded.
        """
        [(montree,)] = self._connection.execute(query("highest_shown"))
        parameters = {"montree": montree, "dernier_jour": dernier_jour, "contacts": contacts}
        [(marque, premiere)] = self._connection.execute(query("rename_installation"), parameters)
        self._connection.execute(query("number_beyond"), {"premiere": premiere})
        self._connection.execute(query("forget_lines"))
        return str(marque)
