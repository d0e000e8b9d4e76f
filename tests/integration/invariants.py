"""What must hold whatever was broken: one look at the database, one at the provider's ledger."""

from collections import Counter
from datetime import datetime
from uuid import UUID

import psycopg

from relances.rules.bilan import NON_TRAITEE
from relances.store.executions import Executions
from relances.store.rapport import Rapports
from tests.integration.world import Row, ask

AT_REST = {"envoyee", "livree", "echec", "annulee", "en_attente"}
NOTHING_SENT = {"reportee", "non_envoyee"}
MAY_HAVE_ARRIVED = {"incertaine", "en_cours"}


def invariants(relances_url: str, ledger: list[Row], *, at_rest: bool = True) -> None:
    """Check them all; ``at_rest``: nothing may be in doubt or under way any more."""
    relances = {row["id"]: row for row in ask(relances_url, "SELECT * FROM relances.relance")}
    calls = ask(relances_url, "SELECT * FROM relances.tentative ORDER BY relance_id, numero")
    one_row_per_key(relances)
    nothing_accepted_twice(relances, calls, ledger)
    ledger_and_states_agree(relances, calls, ledger)
    intent_before_the_wire(relances, calls, ledger)
    attempts_only_grow(relances, calls)
    no_attempt_after_a_doubt(calls)
    every_equation_holds(relances_url)
    if at_rest:
        assert {row["statut"] for row in relances.values()} <= AT_REST


def one_row_per_key(relances: dict[int, Row]) -> None:
    keys = Counter((r["source"], r["contribuable_id"], r["canal"], r["occasion"]) for r in relances.values())
    assert [key for key, rows in keys.items() if rows > 1] == []


def said(relance: Row, call: Row | None = None) -> tuple[str, str]:
    """Whom a relance writes to, and what the ledger holds of it then, by its way or by that of an earlier ``call``."""
    way = relance
    if call is not None and call["fournisseur"] != relance["fournisseur"]:
        way = relance["premiere_voie"]
    if way["modele"] is None:
        return relance["telephone"], way["texte"]
    filled = " ; ".join(f"{number}={value}" for number, value in enumerate(way["variables"], start=1))
    return relance["telephone"], f"Modèle {way['modele']} : {filled}"


def uuid_of(fournisseur: str, reference: str) -> str:
    """The ledger's id of the message that a fournisseur gave this reference."""
    match fournisseur:
        case "twilio":
            return str(UUID(reference.removeprefix("SM")))
        case "zoom":
            return reference.rpartition(":")[2]
        case _:
            return reference


def nothing_accepted_twice(relances: dict[int, Row], calls: list[Row], ledger: list[Row]) -> None:
    """A message beyond the first is one that its fournisseur said it could not deliver before."""
    accepted = Counter((entry["to"], entry["text"]) for entry in ledger)
    wanted = Counter(said(relance) for relance in relances.values())
    wanted.update(said(relances[call["relance_id"]], call) for call in calls if call["constat"] == "non_livree")
    assert {message: times for message, times in accepted.items() if times > wanted[message]} == {}


def ledger_and_states_agree(relances: dict[int, Row], calls: list[Row], ledger: list[Row]) -> None:
    entries = {entry["uuid"]: entry for entry in ledger}
    heard = [relance for relance in relances.values() if relance["reference"] is not None]
    sent = {uuid_of(relance["fournisseur"], relance["reference"]): relance for relance in heard}
    assert len(sent) == len(heard)
    assert sent.keys() <= entries.keys()
    for uuid, relance in sent.items():
        assert (entries[uuid]["to"], entries[uuid]["text"]) == said(relance)
        assert entries[uuid]["provider"] == relance["fournisseur"]
    earlier = {uuid_of(call["fournisseur"], call["reference"]) for call in calls if call["constat"] == "non_livree"}
    unheard = Counter(
        said(r)
        for r in relances.values()
        if r["statut"] in MAY_HAVE_ARRIVED or (r["statut"], r["code"]) == ("echec", "408")
    )
    others = Counter((e["to"], e["text"]) for uuid, e in entries.items() if uuid not in sent.keys() | earlier)
    assert others <= unheard


def intent_before_the_wire(relances: dict[int, Row], calls: list[Row], ledger: list[Row]) -> None:
    intents: dict[tuple[str, str], list[datetime]] = {}
    for call in calls:
        intents.setdefault(said(relances[call["relance_id"]], call), []).append(call["commencee_le"])
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
    """Unless its fournisseur proved afterwards that it never came, or said that it was not delivered."""
    later = {(call["relance_id"], call["numero"] - 1) for call in calls}
    doubtful = {
        (call["relance_id"], call["numero"])
        for call in calls
        if call["issue"] not in NOTHING_SENT and call["constat"] not in ("absente", "non_livree")
    }
    assert later & doubtful == set()


def every_equation_holds(relances_url: str) -> None:
    runs = ask(relances_url, "SELECT run_id FROM relances.execution")
    with psycopg.connect(relances_url, autocommit=True) as connection:
        reporting = Rapports(connection)
        for run in runs:
            execution = Executions(connection).get(run["run_id"])
            lines = reporting.balance(execution)
            placed = sum(line.creances for line in lines if line.place != NON_TRAITEE)
            assert placed == reporting.totals(execution).extraites, lines
