"""One reading of the balances serves all lots and workers, and nothing leaves by one that is too old."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from relances.rules.errors import Blocked, TryAgain
from relances.rules.politique import BaseFiscale
from relances.rules.soldes import Relecture
from relances.services.fournisseurs import chemin_of
from relances.services.soldes import Lecteur
from relances.store import sources
from relances.store.lectures import Etendue, Lectures
from relances.store.sending import Lot, LotStore
from relances_providers.provider_info import PROVIDERS
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.office import BALANCES, Office
from tests.integration.provider import Provider, lot
from tests.integration.staged import stage_relances
from tests.integration.world import ask, let_time_pass, request, statuts
from tests.jour import here
from tests.support import one_sentence, postgres_connection, wait_until, write_policy

QUICK = 2.0  # seconds that a reading counts, where a test waits for its end
COUNTED = BALANCES + " WHERE nextval('demandes') > 0"
CHANGED = """
SELECT creance_id, NULL::jsonb AS repere FROM changement WHERE n > (%(repere)s::jsonb ->> 'n')::integer
UNION ALL SELECT NULL, jsonb_build_object('n', (SELECT coalesce(max(n), 0) FROM changement))
"""


@pytest.fixture(autouse=True)
def behind_its_connections(office: Office, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The office, as the pipeline reaches it, which counts the creances that it is asked of."""
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(office.etaxe_url))
    connect()
    ask(office.etaxe_url, "CREATE SEQUENCE demandes; CREATE TABLE changement (n serial, creance_id text)")
    of_source(office, "balances.sql", COUNTED)
    yield
    ask(office.etaxe_url, "DROP SEQUENCE demandes; DROP TABLE changement")


def of_source(office: Office, name: str, text: str) -> None:
    Path(str(sources.FOLDERS[-1]), office.source.name, name).write_text(text)


def asked_of(office: Office) -> int:
    """How many creances the office was asked of, all in all."""
    [row] = ask(office.etaxe_url, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM demandes")
    return int(row["n"])


def owes_now(office: Office, creance: object, montant: float, *, told: bool = True) -> None:
    ask(office.etaxe_url, "UPDATE dette SET montant_du = %(m)s WHERE creance_id = %(c)s", m=montant, c=str(creance))
    if told:
        ask(office.etaxe_url, "INSERT INTO changement (creance_id) VALUES (%(c)s)", c=str(creance))


def lecteur(office: Office, soldes_max: float = 60.0) -> Lecteur:
    plume = here().plume()
    relecture = Relecture(plume, chemin_of(here(), PROVIDERS[0], plume.politique))

    return Lecteur(here(), whole(office), BaseFiscale(soldes_max=soldes_max), lambda _: lambda _: relecture)


def whole(office: Office) -> Lot:
    return Lot(office.source.name, request().occasion, "ventis", 1, 10**9)


def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCES_POLITIQUE", str(write_policy(tmp_path / "politique.toml", soldes_max=QUICK)))


def send_all() -> None:
    for part in jour.plan_lots(request(), "ventis"):
        jour.send_lot(request(), **part)


def claimed(url: str, what: Lot, nombre: int = 10) -> list[int]:
    async def take() -> list[int]:
        async with LotStore(url, what, 60, "compte", 72) as store:
            return [claim.relance_id for claim in await store.exchange((), nombre)]

    return asyncio.run(take())


# --- what the claim asks for ---


@pytest.mark.parametrize(
    ("lue", "taken"),
    [(-59, 2), (-61, 0), (10, 0)],
)
def test_nothing_is_taken_by_a_reading_too_old_or_of_a_clock_that_stepped_back(
    relances_url: str, lue: float, taken: int
) -> None:
    stage_relances(relances_url, 2)
    ask(
        relances_url,
        "UPDATE relances.lecture_soldes SET lue_le = clock_timestamp() + make_interval(secs => %(s)s)",
        s=lue,
    )
    assert len(claimed(relances_url, lot())) == taken


def test_nothing_is_taken_that_the_reading_does_not_have(relances_url: str) -> None:
    ids = stage_relances(relances_url, 3)
    ask(relances_url, "UPDATE relances.solde_lu SET relances = set_bit(relances, %(n)s, 0)", n=ids[1])
    assert claimed(relances_url, lot()) == [ids[0], ids[2]]


def test_nothing_is_taken_without_a_reading_of_its_source_and_fournisseur(relances_url: str) -> None:
    stage_relances(relances_url, 2)
    stage_relances(relances_url, 2, lues=False, fournisseur="zoom")
    assert claimed(relances_url, lot(fournisseur="zoom")) == []


# --- one reading for all ---


def test_lots_and_workers_share_one_reading(
    office: Office, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCES_POLITIQUE", str(write_policy(tmp_path / "politique.toml", taille_lot=10)))
    office.owe(40)
    office.run(request())
    parts = jour.plan_lots(request(), "ventis")
    assert len(parts) == 4
    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(lecteur(office).before) for _ in parts]:
            done.result()
    send_all()
    assert statuts(office.relances_url) == {"envoyee": 40}
    assert asked_of(office) == 40
    invariants(office.relances_url, provider.ledger())


def test_a_reading_ahead_of_time_is_one_worker_s_and_holds_up_nobody(office: Office) -> None:
    office.owe(3)
    office.run(request())
    lecteur(office).before()
    let_time_pass(office.relances_url, 40)
    with psycopg.connect(office.relances_url, autocommit=True) as other:
        assert Lectures(other, whole(office)).try_to_read()
        began = time.monotonic()
        assert began - 45 < lecteur(office).beside() < began - 39
        assert len(claimed(office.relances_url, whole(office), 1)) == 1
    assert asked_of(office) == 3
    assert lecteur(office).beside() >= began
    assert asked_of(office) == 5  # one has left


def test_a_reader_that_is_killed_leaves_its_place_and_nothing_that_counts(office: Office) -> None:
    office.owe(3)
    office.run(request())
    owes_now(office, 2, 0)
    with psycopg.connect(office.relances_url, autocommit=True) as killed:
        lectures = Lectures(killed, whole(office))
        lectures.wait_to_read()
        [part] = lectures.unread(1, Etendue(request().occasion), 1, 10)
        lectures.mark(1, part, [])
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(lecteur(office).before)
            wait_until(
                lambda: ask(
                    office.relances_url, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                ),
                "the other reader waits",
            )
            assert claimed(office.relances_url, whole(office)) == []
            ask(office.relances_url, "SELECT pg_terminate_backend(%(pid)s)", pid=killed.info.backend_pid)
            waiting.result()
    assert statuts(office.relances_url) == {"en_attente": 2, "annulee": 1}
    assert len(claimed(office.relances_url, whole(office))) == 2


# --- in mid-lot ---


def test_a_creance_paid_in_mid_lot_is_called_off(
    office: Office, provider: Provider, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(tmp_path, monkeypatch)
    connect(max_in_flight=1)
    provider.upset(latency_ms=200)
    office.owe(25)
    office.run(request())

    def pay() -> None:
        wait_until(lambda: len(provider.ledger()) >= 2, "the lot is under way")
        owes_now(office, 25, 0)
        owes_now(office, 24, 6_000)

    with ThreadPoolExecutor(1) as thread:
        paid = thread.submit(pay)
        send_all()
        paid.result()
    assert statuts(office.relances_url) == {"envoyee": 24, "annulee": 1}
    assert len(provider.ledger()) == 24
    assert [entry["text"] for entry in provider.ledger() if "6 000 FCFA" in entry["text"]]
    invariants(office.relances_url, provider.ledger())


def test_without_the_tax_application_in_mid_lot_nothing_leaves_once_the_reading_is_too_old(
    office: Office, provider: Provider, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(tmp_path, monkeypatch)
    connect(max_in_flight=1)
    provider.upset(latency_ms=200)
    office.owe(40)
    office.run(request())
    known = postgres_connection(office.etaxe_url)

    def lose() -> None:
        wait_until(lambda: len(provider.ledger()) >= 2, "the lot is under way")
        monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", known.replace('"schema": "', '"schema": "perdue_'))

    with ThreadPoolExecutor(1) as thread:
        lost = thread.submit(lose)
        with pytest.raises(TryAgain, match="base etaxe_db injoignable"):
            send_all()
        lost.result()
    left = statuts(office.relances_url)
    assert left.keys() == {"envoyee", "en_attente"}
    [row] = ask(
        office.relances_url,
        "SELECT max(t.commencee_le) - max(l.lue_le) <= interval '2 seconds' AS in_time "
        "FROM relances.tentative t, relances.lecture_soldes l",
    )
    assert row["in_time"]
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", known)
    send_all()
    assert statuts(office.relances_url) == {"envoyee": 40}
    invariants(office.relances_url, provider.ledger())


def test_a_reading_that_takes_longer_than_it_counts_says_what_to_change(office: Office) -> None:
    of_source(office, "balances.sql", BALANCES.replace("coalesce(", "coalesce(nullif(pg_sleep(0.3)::text, '')::int, "))
    office.owe(1)
    office.run(request())
    with pytest.raises(Blocked) as refused:
        lecteur(office, soldes_max=0.2).before()
    assert "relevez-le" in one_sentence(refused.value)


# --- what has changed ---


def test_only_what_has_changed_is_asked_again(office: Office) -> None:
    of_source(office, "changed.sql", CHANGED)
    office.owe(5)
    office.run(request())
    lecteur(office).before()
    assert asked_of(office) == 5
    let_time_pass(office.relances_url, 59)
    owes_now(office, 2, 0)
    owes_now(office, 3, 6_000)
    lecteur(office).before()
    assert statuts(office.relances_url) == {"en_attente": 4, "annulee": 1}
    assert asked_of(office) == 5 + 2 + 1  # what was written again is asked once more
    assert len(claimed(office.relances_url, whole(office))) == 4


def test_all_balances_are_read_again_now_and_then(office: Office) -> None:
    of_source(office, "changed.sql", CHANGED)
    office.owe(5)
    office.run(request())
    lecteur(office).before()
    owes_now(office, 2, 0, told=False)
    for _ in range(2):
        let_time_pass(office.relances_url, 290)
        lecteur(office).before()
        assert statuts(office.relances_url) == {"en_attente": 5}
    let_time_pass(office.relances_url, 30)
    lecteur(office).before()
    assert statuts(office.relances_url) == {"en_attente": 4, "annulee": 1}


def test_what_changed_of_a_relance_in_flight_is_read_before_it_leaves_again(office: Office) -> None:
    of_source(office, "changed.sql", CHANGED)
    office.owe(2)
    office.run(request())
    lecteur(office).before()
    taken, _ = claimed(office.relances_url, whole(office), 2)
    owes_now(office, 1, 0)
    let_time_pass(office.relances_url, 40)
    lecteur(office).before()
    ask(
        office.relances_url,
        "UPDATE relances.relance SET statut = 'en_attente', proprietaire = NULL, bail_jusqu_au = NULL",
    )
    assert taken not in claimed(office.relances_url, whole(office))
    ask(
        office.relances_url,
        "UPDATE relances.relance SET statut = 'en_attente', proprietaire = NULL, bail_jusqu_au = NULL",
    )
    lecteur(office).before()
    assert statuts(office.relances_url) == {"en_attente": 1, "annulee": 1}


def test_a_changed_sql_that_fails_falls_back_to_all_balances(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    of_source(office, "changed.sql", "SELECT id, NULL FROM encaissements")
    office.owe(2)
    office.run(request())
    lecteur(office).before()
    let_time_pass(office.relances_url, 59)
    owes_now(office, 1, 0)
    lecteur(office).before()
    assert statuts(office.relances_url) == {"en_attente": 1, "annulee": 1}
    assert "tous les soldes sont relus chaque fois" in caplog.text
