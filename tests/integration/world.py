"""What the integration tests stand on: a tax system, a provider, rows to send, a way to let time pass."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from tests.support import wait_until

from relances.rules.models import Canal
from relances.rules.policy import load_policy
from relances.rules.request import Request
from relances.rules.selection import Regles
from relances.rules.texts import Gabarits
from relances.stages.creation import create_relances
from relances.stages.extraction import extract
from relances.stages.sending import LotReport, LotSender, lease
from relances.store.creation import Created
from relances.store.executions import Execution, Executions
from relances.store.preparation import Staging
from relances.store.sending import Lot, LotStore
from relances.store.sources import Source
from relances_providers.ventis_hook import VentisHook
from simulators import Settings, serve

TODAY = date(2026, 11, 21)
Row = dict[str, Any]

OVERDUE = """
SELECT creance_id, contribuable_id, nom, prenom, telephones, langue, categorie, libelle, montant_du, devise,
    echeance, %(date_relance)s::date - echeance AS jours_retard, derniere_relance, exclusion
FROM dette
WHERE (echeance IS NULL OR echeance <= %(date_relance)s::date - %(jours_retard_min)s::int)
    AND (%(categories)s::text[] IS NULL OR categorie = ANY (%(categories)s::text[]));
"""
DETTE = """
CREATE TABLE dette (
    rang serial PRIMARY KEY, creance_id text, contribuable_id text, nom text, prenom text, telephones text[],
    langue text, categorie text, libelle text, montant_du numeric, devise text, echeance date,
    derniere_relance timestamptz, exclusion text
)
"""


def ask(url: str, query: str, **parameters: object) -> list[Row]:
    """The rows of a query, each by its columns' names; what it changes is kept."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        cursor = connection.execute(query, parameters)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def statuts(url: str) -> dict[str, int]:
    """How many relances are in each state."""
    rows = ask(url, "SELECT statut, count(*) FROM relances.relance GROUP BY statut")
    return {row["statut"]: row["count"] for row in rows}


def let_time_pass(url: str, seconds: float = 3600) -> None:
    """Move into the past what the pipeline waits for, rather than wait for it."""
    ask(
        url,
        """
        UPDATE relances.relance SET bail_jusqu_au = bail_jusqu_au - make_interval(secs => %(s)s),
            incertaine_depuis = incertaine_depuis - make_interval(secs => %(s)s),
            prochaine_tentative_le = prochaine_tentative_le - make_interval(secs => %(s)s)
        """,
        s=seconds,
    )


def write_source(folder: Path, overdue: str = OVERDUE) -> Source:
    """A second tax system, described by its files alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overdue.sql").write_text(overdue)
    (folder / "categories.sql").write_text("SELECT DISTINCT categorie FROM dette")
    return Source(str(folder))


def request(run_id: str = "passage-1", day: date = TODAY, **over: object) -> Request:
    """A run's request; what is not said is the Dag's default."""
    defaults: dict[str, object] = {
        "jours_retard_min": 7,
        "type_relance": "sms",
        "limite": None,
        "envoyer_automatiquement": True,
        "categories": None,
        "date_relance": None,
        "simulation": False,
    }
    return Request.of(run_id, defaults | over, day)


@dataclass(frozen=True, slots=True)
class Office:
    """A tax office: debts in one database, relances in another, and the stages between them."""

    source: Source
    etaxe_url: str
    relances_url: str

    def owes(self, contribuable: int, *, creance: object = None, retard: int = 10, **over: object) -> None:
        """Make a contribuable owe something, 10 days late unless said otherwise."""
        row = {
            "creance_id": str(creance or contribuable),
            "contribuable_id": str(contribuable),
            "nom": "ONDO",
            "prenom": "Marie",
            "telephones": [f"066{contribuable:06d}"],
            "langue": "fr",
            "categorie": "MARCHE",
            "libelle": "Taxe de marché",
            "montant_du": 15_000,
            "devise": "XAF",
            "echeance": TODAY - timedelta(days=retard),
            "derniere_relance": None,
            "exclusion": None,
        } | over
        with psycopg.connect(self.etaxe_url) as connection:
            statement = sql.SQL("INSERT INTO dette ({}) VALUES ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
            )
            connection.execute(statement, list(row.values()))

    def owe(self, contribuables: int) -> None:
        """Make so many contribuables owe something each."""
        for contribuable in range(1, contribuables + 1):
            self.owes(contribuable)

    def extract(self, asked: Request, source: Source | None = None) -> int:
        with (
            psycopg.connect(self.etaxe_url, autocommit=True) as etaxe,
            psycopg.connect(self.relances_url, autocommit=True) as relances,
        ):
            return extract(source or self.source, asked, etaxe, relances)

    def execution(self, asked: Request) -> Execution:
        with psycopg.connect(self.relances_url, autocommit=True) as relances:
            return Executions(relances).get(asked.run_id)

    def set_aside(self, asked: Request) -> int:
        """What validation does once great-expectations has seen nothing that stops the run."""
        with psycopg.connect(self.relances_url, autocommit=True) as relances:
            return Staging(relances, Executions(relances).get(asked.run_id)).exclude_invalid_rows()

    def create(self, asked: Request, gabarits: Gabarits | None = None) -> Created:
        regles = Regles(load_policy(), gabarits or Gabarits(), Canal.SMS, asked.date_relance)
        with psycopg.connect(self.relances_url, autocommit=True) as relances:
            return create_relances(relances, Executions(relances).get(asked.run_id), regles, asked.limite)

    def run(self, asked: Request) -> Created:
        """Extract, set aside, create."""
        self.extract(asked)
        self.set_aside(asked)
        return self.create(asked)

    def exclusions(self, asked: Request) -> dict[str, str]:
        """The reason of each creance that an execution set aside."""
        rows = ask(
            self.relances_url,
            """
            SELECT c.creance_id, x.code FROM relances.exclusion x JOIN relances.creance_extraite c USING (rang)
            WHERE c.execution_id = %(id)s
            """,
            id=self.execution(asked).id,
        )
        return {row["creance_id"]: row["code"] for row in rows}


@dataclass(frozen=True, slots=True)
class Provider:
    """A running simulator, and the ways to ask it and to upset it."""

    url: str

    def connection(self, *, host: str | None = None, **extra: object) -> str:
        """An Airflow connection to it, as JSON."""
        settings = {"timeout": 5, "max_in_flight": 8, "rate_per_second": 5000, "sender": "VENTIS"}
        return json.dumps(
            {
                "conn_type": "ventis",
                "host": host or f"{self.url}/messaging/api/v1",
                "login": "simulateur",
                "password": "simulateur",
                "extra": settings | {"keycloak_host": self.url} | extra,
            }
        )

    def upset(self, *rules: dict[str, object], latency_ms: float = 0) -> None:
        """Set the faults, in place of those there were."""
        plan = {"rules": rules, "latency": {"min_ms": latency_ms}}
        httpx.put(f"{self.url}/faults", json=plan).raise_for_status()

    def ledger(self) -> list[Row]:
        """Every message it accepted, in order."""
        return list(httpx.get(f"{self.url}/ledger").json()["entries"])

    def stats(self) -> Row:
        return dict(httpx.get(f"{self.url}/stats").json())

    def requests(self) -> int:
        """How many messages reached it, accepted or not."""
        return sum(count for path, count in self.stats()["requests"].items() if path.endswith("/message"))


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A simulator on an event loop of its own: real HTTP, and nobody's blocking call holds it up."""
    started, stopped = threading.Event(), threading.Event()
    url = ""

    async def run() -> None:
        nonlocal url
        async with serve(Settings()) as served:
            url = served
            started.set()
            await asyncio.to_thread(stopped.wait)

    server = threading.Thread(target=asyncio.run, args=(run(),))
    server.start()
    try:
        assert started.wait(timeout=20)
        yield Provider(url)
    finally:
        stopped.set()
        server.join()


def lot(premier: int = 1, dernier: int = 10**9, *, reprise: bool = False) -> Lot:
    """A lot of the day's relances, all of them unless said otherwise."""
    return Lot(request().occasion, "ventis", premier, dernier, reprise)


async def send(url: str, what: Lot | None = None) -> LotReport:
    """Send a lot through the connection ``ventis_default``, as one worker does."""
    hook = VentisHook()
    async with hook.open() as sender, LotStore(url, what or lot(), lease(hook.limits)) as store:
        return await LotSender(store, sender, hook.limits, load_policy().envoi).run()


async def seen(condition: Callable[[], object], what: str) -> None:
    """Wait for the condition without holding up who sends; fail, saying what for, when it does not come true."""
    await asyncio.to_thread(wait_until, condition, what)


@asynccontextmanager
async def cut_after(url: str, statement: bytes) -> AsyncIterator[str]:
    """A way to the database that, once, loses the answer to this statement and then the connection."""
    cut = False

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal cut
        words = conninfo_to_dict(url)
        to_server = await asyncio.open_unix_connection(f"{words['host']}/.s.PGSQL.{words['port']}")
        asked = asyncio.Event()

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
            nonlocal cut
            while part := await source.read(65536):
                if answers and asked.is_set():
                    cut = True
                    break
                if not answers and not cut and statement in part:
                    asked.set()
                sink.write(part)
            for end in (writer, to_server[1]):
                end.close()

        await asyncio.gather(pump(reader, to_server[1], answers=False), pump(to_server[0], writer, answers=True))

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()[:2]
        yield make_conninfo(url, host=host, port=port, sslmode="disable", gssencmode="disable")
        assert cut, "the statement never came"


def postgres_connection(url: str) -> str:
    """An Airflow connection to this database, as JSON."""
    words = conninfo_to_dict(url)
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": words["host"],
            "port": int(str(words["port"])),
            "login": words["user"],
            "schema": words["dbname"],
        }
    )


def stage_relances(url: str, nombre: int, *, telephones: Sequence[str] = (), **over: object) -> list[int]:
    """Relances that wait to be sent, as a creation leaves them; their ids.

    ``telephones``: those of the first ones, the others get ordinary numbers.
    """
    columns = {
        "source": "collecte_taxe",
        "canal": "sms",
        "occasion": f"jour:{TODAY.isoformat()}",
        "date_relance": TODAY,
        "niveau": 1,
        "fournisseur": "ventis",
        "telephone_migre": False,
        "segments": 1,
        "montant_du": 15_000,
        "devise": "XAF",
        "echeance": TODAY - timedelta(days=10),
    } | over
    with psycopg.connect(url) as connection:
        execution = Executions(connection).open(request(), "collecte_taxe")
        first = connection.execute("SELECT count(*) FROM relances.relance").fetchone()
        assert first
        ids = []
        for rang in range(int(first[0]), int(first[0]) + nombre):
            telephone = telephones[rang] if rang < len(telephones) else f"24177{rang:06d}"
            row = columns | {
                "execution_id": execution.id,
                "contribuable_id": str(rang),
                "telephone": telephone,
                "texte": f"Relance {rang}",
            }
            statement = sql.SQL("INSERT INTO relances.relance ({}) VALUES ({}) RETURNING id").format(
                sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
            )
            made = connection.execute(statement, list(row.values())).fetchone()
            assert made
            ids.append(int(made[0]))
        connection.execute(
            "INSERT INTO relances.relance_creance (relance_id, creance_id, montant_du, echeance) "
            "SELECT id, contribuable_id, montant_du, echeance FROM relances.relance "
            "WHERE id = ANY (%s)",
            (ids,),
        )
    return ids
