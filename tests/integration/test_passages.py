"""A run is what it says: its run id stands for its first request, and its verdict looks at what is stored."""

from collections.abc import Callable

import pytest

from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.services.numeros import read_numbers
from relances.store.executions import Executions
from relances.store.validation import Validation
from tests import jour
from tests.integration.provider import Provider
from tests.integration.world import Row, ask, request, statuts
from tests.jour import database, politique
from tests.support import one_sentence

pytestmark = pytest.mark.usefixtures("great_expectations", "etaxe_url")


def prepare(asked: Request) -> None:
    """As the tasks do, but for great-expectations, which takes seconds and sees nothing here."""
    check(asked)
    jour.create_relances(asked)


def check(asked: Request) -> None:
    """Extract, and what the checks keep of it."""
    jour.extract(asked)
    with database("relances_db") as relances:
        execution = Executions(relances).get(asked.run_id)
        read_numbers(relances, execution)
        Validation(relances, execution, politique()).exclude_invalid_rows()


def end(asked: Request) -> None:
    """What runs whatever happened before."""
    jour.reconcile(asked)
    jour.write_back(asked)
    jour.report(asked)


# --- a run id used again ---

TASKS: dict[str, Callable[[Request], object]] = {
    "check_providers": jour.check_providers,
    "extract": jour.extract,
    "validate": jour.validate,
    "create_relances": jour.create_relances,
    "approve": jour.approve,
    "plan_lots": lambda asked: jour.plan_lots(asked, "ventis"),
    "send_lot": lambda asked: jour.send_lot(asked, "ventis", 1, 10**9),
    "reconcile": jour.reconcile,
    "write_back": jour.write_back,
    "report": jour.report,
    "verdict": jour.verdict,
}


def everything(url: str) -> list[object]:
    tables = ("execution", "relance", "creance_extraite", "exclusion", "opposition", "tentative")
    return [ask(url, f"SELECT * FROM relances.{table} ORDER BY 1, 2") for table in tables]  # noqa: S608


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize(
    ("first", "again"),
    [({"simulation": True}, {}), ({}, {"simulation": True}), ({"envoyer_automatiquement": False}, {}),
     ({}, {"oppositions": ["1"]})],
    ids=["simulation then real", "real then simulation", "held then sending", "other oppositions"],
)  # fmt: skip
def test_no_task_acts_on_other_parameters_under_a_run_id_already_used(
    relances_url: str, provider: Provider, first: Row, again: Row,
    task: Callable[[Request], object],
) -> None:  # fmt: skip
    jour.extract(request(**first))
    before = everything(relances_url)
    with pytest.raises(Blocked) as refused:
        task(request(**again))
    assert "sous un autre run id" in one_sentence(refused.value)
    assert everything(relances_url) == before
    assert provider.ledger() == []


def test_every_task_may_be_cleared_with_the_parameters_it_had(relances_url: str, provider: Provider) -> None:
    asked = request(limite=5, categories=None, oppositions=["1"])
    for _ in range(2):
        prepare(asked)
        jour.send(asked)
        end(asked)
        jour.verdict(asked)
    assert len(provider.ledger()) <= 5


def test_a_run_that_an_older_version_extracted_goes_on_after_the_upgrade(relances_url: str, provider: Provider) -> None:
    prepare(request())
    ask(relances_url, "UPDATE relances.execution SET parametres = parametres - '{envoyer_automatiquement,oppositions,"
        "simulation,type_relance,date_relance,defauts}'::text[]")  # fmt: skip
    prepare(request())
    jour.send(request())
    end(request())
    jour.verdict(request())


def test_a_run_id_of_another_source_is_refused(relances_url: str) -> None:
    prepare(request())
    ask(relances_url, "UPDATE relances.execution SET source = 'autre'")
    with pytest.raises(Blocked, match="d'après la source autre"):
        jour.extract(request())


# --- what a run that does not send is not made to ---


@pytest.mark.parametrize("held", [{"envoyer_automatiquement": False}, {"simulation": True}])
def test_a_run_that_does_not_send_has_nothing_planned_though_its_approval_is_marked(
    relances_url: str, provider: Provider, held: Row
) -> None:
    prepare(request(**held))
    assert jour.plan_lots(request(**held), "ventis") == []
    with pytest.raises(Blocked, match="ce passage n'envoie pas"):
        jour.send_lot(request(**held), "ventis", 1, 10**9)
    end(request(**held))
    jour.verdict(request(**held))
    assert provider.ledger() == []


def test_what_such_a_run_leaves_waits_for_the_next_of_the_day(relances_url: str, provider: Provider) -> None:
    prepare(request("matin", envoyer_automatiquement=False))
    prepare(request("soir"))
    jour.send(request("soir"))
    end(request("soir"))
    jour.verdict(request("soir"))
    assert "en_attente" not in statuts(relances_url)


# --- tasks that were marked as done ---


def test_a_sending_that_was_only_marked_as_done_makes_the_run_red(relances_url: str, provider: Provider) -> None:
    prepare(request())
    jour.plan_lots(request(), "ventis")
    end(request())
    waiting = statuts(relances_url)["en_attente"]
    with pytest.raises(Blocked) as refused:
        jour.verdict(request())
    message = one_sentence(refused.value)
    assert f"{waiting} par ventis" in message
    assert "réinitialisez (Clear) plan_ventis" in message
    jour.send(request())
    end(request())
    jour.verdict(request())


def test_a_part_of_the_lots_marked_as_done_makes_the_run_red(relances_url: str, provider: Provider) -> None:
    prepare(request())
    [lot] = jour.plan_lots(request(), "ventis")
    jour.send_lot(request(), "ventis", int(lot["premier"]), int(lot["premier"]) + 9)
    end(request())
    with pytest.raises(Blocked, match="plus rien ne les enverra"):
        jour.verdict(request())


@pytest.mark.parametrize(
    "changed",
    [
        "a_envoyer = false",
        "tentatives = 1, prochaine_tentative_le = now() + interval '1 hour'",
        "prochaine_tentative_le = now() + interval '1 hour'",
        "tentatives = 1",
        "creee_le = now() - interval '60 days'",
    ],
    ids=["beyond a limit", "put off", "put off, untried", "tried, for the passes of every run", "too old"],
)
def test_what_something_else_sees_to_is_not_left_behind(relances_url: str, changed: str) -> None:
    prepare(request())
    ask(relances_url, f"UPDATE relances.relance SET {changed}")  # noqa: S608
    jour.report(request())
    jour.verdict(request())


def test_what_a_later_run_is_about_to_send_is_that_one_s(relances_url: str) -> None:
    prepare(request("matin"))
    jour.report(request("matin"))
    prepare(request("midi"))
    jour.verdict(request("matin"))
    jour.report(request("midi"))
    for run_id in ("matin", "midi"):
        with pytest.raises(Blocked, match="plus rien ne les enverra"):
            jour.verdict(request(run_id))


def test_what_an_earlier_run_made_late_and_is_about_to_send_is_that_one_s(
    relances_url: str, provider: Provider
) -> None:
    check(request("matin"))
    check(request("midi"))
    jour.create_relances(request("midi"))
    ask(relances_url, "DELETE FROM relances.relance")  # so that the morning makes all of them late
    jour.send(request("midi"))
    jour.create_relances(request("matin"))
    end(request("midi"))
    jour.verdict(request("midi"))
    end(request("matin"))
    for run_id in ("matin", "midi"):
        with pytest.raises(Blocked, match="plus rien ne les enverra"):
            jour.verdict(request(run_id))
    jour.send(request("matin"))
    jour.verdict(request("midi"))


@pytest.mark.parametrize(
    "other", [{"simulation": True}, {"type_relance": "whatsapp"}, {"envoyer_automatiquement": False}]
)
def test_a_run_that_will_not_send_it_takes_nothing_over(relances_url: str, other: Row) -> None:
    prepare(request("matin"))
    jour.report(request("matin"))
    jour.extract(request("autre", **other))
    with pytest.raises(Blocked, match="plus rien ne les enverra"):
        jour.verdict(request("matin"))


def test_without_an_extraction_nothing_was_done(relances_url: str) -> None:
    jour.report(request())
    with pytest.raises(Blocked, match="n'a rien extrait"):
        jour.verdict(request())


def test_without_its_checks_an_extraction_makes_no_relance(relances_url: str) -> None:
    jour.extract(request())
    with pytest.raises(Blocked, match=r"n'a pas été contrôlée ; réinitialisez \(Clear\) la tâche validate"):
        jour.create_relances(request())
    prepare(request())
    jour.extract(request())
    with pytest.raises(Blocked, match="n'a pas été contrôlée"):
        jour.create_relances(request())


def test_without_its_creation_a_run_is_red(relances_url: str) -> None:
    jour.extract(request())
    jour.validate(request())
    with pytest.raises(Blocked, match="le bilan n'est pas équilibré"):
        jour.report(request())
    with pytest.raises(Blocked, match="le bilan n'est pas équilibré"):
        jour.verdict(request())


def test_without_its_report_a_run_is_red_though_an_earlier_extraction_had_one(relances_url: str) -> None:
    prepare(request())
    jour.send(request())
    with pytest.raises(Blocked, match=r"réinitialisez \(Clear\) la tâche report"):
        jour.verdict(request())
    end(request())
    jour.verdict(request())
    jour.extract(request())
    with pytest.raises(Blocked, match=r"réinitialisez \(Clear\) la tâche report"):
        jour.verdict(request())


def test_numbers_forgotten_by_a_crash_since_the_checks_are_read_again(relances_url: str) -> None:
    prepare(request())
    before = statuts(relances_url)
    ask(relances_url, "DELETE FROM relances.relance")
    jour.extract(request())
    jour.validate(request())
    ask(relances_url, "TRUNCATE relances.numero")  # what is not logged is empty after a crash
    jour.create_relances(request())
    assert statuts(relances_url) == before
