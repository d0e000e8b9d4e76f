"""An installation of the version before is upgraded in the middle of a run, and goes on: none lost, none sent twice."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest

from relances.store import migrate
from simulators.entry import Entry
from tests import jour
from tests.conftest import NewDatabase
from tests.integration.invariants import invariants
from tests.integration.office import Office, write_source
from tests.integration.provider import Provider, running_provider
from tests.integration.versions import of_version
from tests.integration.world import TODAY, Row, ask, request

ARRET = datetime.now(UTC) - timedelta(hours=1)  # every lease and every quarantine is over
LEFT = Path(__file__).with_name("avant_0008.sql")
ACCEPTED = Path(__file__).with_name("avant_0008.jsonl")
SENT, REFUSED, PUT_OFF, NEVER_TRIED = ("1", "2"), "5", "4", "8"
DOUBT, ARRIVED_AND_DIED, DIED_BEFORE = "3", "6", "7"  # by Ventis, which cannot be asked
FOUND, ABSENT = "9", "10"  # doubts by Zoom, which can be asked, and tells what arrived


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    """The providers, which remember what they accepted from the program of before."""
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(msgspec.json.Encoder().encode_lines(map(accepted, ACCEPTED.read_text("utf-8").splitlines())))
    with running_provider(ledger_file=ledger) as running:
        yield running


def accepted(line: str) -> Entry:
    seen = json.loads(line)
    wall = ARRET - timedelta(seconds=seen.pop("secondes_avant_arret"))
    return Entry(**seen, wall=wall, monotonic=0)


@pytest.fixture
def office(
    provider: Provider, new_database: NewDatabase, dettes_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Office:
    """The office as the program of before left it: everybody still owes."""
    url = new_database("avant")
    of_version(url, "0007")
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as relances:
        relances.execute("DELETE FROM relances.installation")
        relances.execute(LEFT.read_text("utf-8"), {"jour": TODAY, "arret": ARRET})
    left = Office(write_source(tmp_path / "dettes"), dettes_url, url)
    for name, words in (left.variables() | provider.variables("ventis") | provider.variables("zoom")).items():
        monkeypatch.setenv(name, words)
    ask(dettes_url, "TRUNCATE dette RESTART IDENTITY")
    left.owe(10)
    return left


def states(office: Office) -> dict[str, tuple[str, str | None, int]]:
    rows = ask(office.relances_url, "SELECT contribuable_id AS qui, statut, code, tentatives FROM relances.relance")
    return {row["qui"]: (row["statut"], row["code"], row["tentatives"]) for row in rows}


def sent(office: Office) -> list[Row]:
    """Those that the program of before knew to be sent, and their calls."""
    return ask(
        office.relances_url,
        "SELECT * FROM relances.relance r JOIN relances.tentative t ON t.relance_id = r.id "
        "WHERE contribuable_id = ANY (%(sent)s) ORDER BY r.id",
        sent=list(SENT),
    )


def go_on(office: Office) -> None:
    """What the run's tasks that were not over do, by the program of now."""
    asked = request()
    for fournisseur in ("ventis", "zoom"):
        for part in jour.plan_lots(asked, fournisseur):
            jour.send_lot(asked, **part)
    assert jour.reconcile(asked)


def test_what_waits_is_sent_once_what_is_in_doubt_is_settled_and_what_was_sent_stays(
    office: Office, provider: Provider
) -> None:
    migrate(office.relances_url)
    before, known = sent(office), provider.ledger()
    assert states(office).keys() == {str(qui) for qui in range(1, 11)}
    jour.reconcile_every_run()
    go_on(office)
    assert states(office) == {
        **dict.fromkeys(SENT, ("envoyee", None, 1)),
        REFUSED: ("echec", "1005", 1),
        PUT_OFF: ("envoyee", None, 2),
        NEVER_TRIED: ("envoyee", None, 1),
        **dict.fromkeys((DOUBT, ARRIVED_AND_DIED, DIED_BEFORE), ("echec", "408", 1)),
        FOUND: ("livree", None, 1),
        ABSENT: ("livree", None, 2),
    }
    assert sent(office) == before
    new = provider.ledger()[len(known) :]
    assert sorted(entry["to"] for entry in new) == ["15145550010", "24166000004", "24166000008"]
    assert set(Counter(entry["to"] for entry in provider.ledger()).values()) == {1}
    invariants(office.relances_url, provider.ledger())
    assert "## Bilan : équilibré" in jour.report(request())
    jour.verdict(request())


def test_the_next_run_of_the_day_adds_and_sends_nothing(office: Office, provider: Provider) -> None:
    migrate(office.relances_url)
    jour.reconcile_every_run()
    go_on(office)
    before = provider.ledger()
    again = request("passage-2")
    assert office.run(again).relances == 0
    assert jour.plan_lots(again, "ventis") == jour.plan_lots(again, "zoom") == []
    assert provider.ledger() == before
    invariants(office.relances_url, provider.ledger())
