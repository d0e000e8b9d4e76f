"""What must hold whatever was broken: one look at the database, one at the provider's ledger."""

from collections import Counter
from datetime import datetime

import psycopg

from relances.rules.bilan import Bilan
from relances.rules.rapport import rapport
from relances.store.executions import Executions
from relances.store.reporting import Reporting
from tests.integration.world import Row, ask

AT_REST = {"envoyee", "livree", "echec", "annulee", "en_attente"}
NOTHING_SENT = {"reportee", "non_envoyee"}
MAY_HAVE_ARRIVED = {"incertaine", "en_cours"}


def invariants(relances_url: str, ledger: list[Row], *, at_rest: bool = True) -> None:
    """Check them all; ``at_rest``: nothing may be in doubt or under way any more."""
    relances = {row["id"]: row for row in ask(relances_url, "SELECT * FROM relances.relance")}
    calls = ask(relances_url, "SELECT * FROM relances.tentative ORDER BY relance_id, numero")
    one_row_per_key(relances)
    nothing_accepted_twice(relances, ledger)
    ledger_and_states_agree(relances, ledger)
    intent_before_the_wire(relances, calls, ledger)
    attempts_only_grow(relances, calls)
    no_attempt_after_a_doubt(calls)
    every_equation_holds(relances_url)
    if at_rest:
        assert {row["statut"] for row in relances.values()} <= AT_REST


def one_row_per_key(relances: dict[int, Row]) -> None:
    keys = Counter((r["source"], r["contribuable_id"], r["canal"], r["occasion"]) for r in relances.values())
    assert [key for key, rows in keys.items() if rows > 1] == []


def nothing_accepted_twice(relances: dict[int, Row], ledger: list[Row]) -> None:
    accepted = Counter((entry["to"], entry["text"]) for entry in ledger)
    wanted = Counter((r["telephone"], r["texte"]) for r in relances.values())
    assert {message: times for message, times in accepted.items() if times > wanted[message]} == {}


def ledger_and_states_agree(relances: dict[int, Row], ledger: list[Row]) -> None:
    entries = {entry["uuid"]: entry for entry in ledger}
    sent = {r["reference"]: r for r in relances.values() if r["statut"] in ("envoyee", "livree")}
    assert sent.keys() <= entries.keys()
    for reference, relance in sent.items():
        assert (entries[reference]["to"], entries[reference]["text"]) == (relance["telephone"], relance["texte"])
    unheard = Counter(
        (r["telephone"], r["texte"])
        for r in relances.values()
        if r["statut"] in MAY_HAVE_ARRIVED or (r["statut"], r["code"]) == ("echec", "408")
    )
    others = Counter((entry["to"], entry["text"]) for uuid, entry in entries.items() if uuid not in sent)
    assert others <= unheard


def intent_before_the_wire(relances: dict[int, Row], calls: list[Row], ledger: list[Row]) -> None:
    intents: dict[tuple[str, str], list[datetime]] = {}
    for call in calls:
        relance = relances[call["relance_id"]]
        intents.setdefault((relance["telephone"], relance["texte"]), []).append(call["commencee_le"])
    for entry in ledger:
        began = intents[entry["to"], entry["text"]]
        assert min(began) <= datetime.fromisoformat(entry["wall"])


def attempts_only_grow(relances: dict[int, Row], calls: list[Row]) -> None:
    numbers: dict[int, list[int]] = {}
    for call in calls:
        numbers.setdefault(call["relance_id"], []).append(call["numero"])
    assert {id_: r["tentatives"] for id_, r in relances.items() if r["tentatives"]} == {
        id_: len(found) for id_, found in numbers.items()
    }
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def no_attempt_after_a_doubt(calls: list[Row]) -> None:
    later = {(call["relance_id"], call["numero"] - 1) for call in calls}
    doubtful = {
        (c["relance_id"], c["numero"]) for c in calls if c["issue"] in (None, "inconnue", "acceptee", "refusee")
    }
    assert later & doubtful == set()


def every_equation_holds(relances_url: str) -> None:
    runs = ask(relances_url, "SELECT run_id FROM relances.execution")
    with psycopg.connect(relances_url, autocommit=True) as connection:
        reporting = Reporting(connection)
        for run in runs:
            execution = Executions(connection).get(run["run_id"])
            lines = reporting.balance(execution)
            bilan = Bilan(execution.date_relance, execution.simulation, reporting.totals(execution), lines)
            assert bilan.equilibre, rapport(bilan)
