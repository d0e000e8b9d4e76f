"""The daily Dag as Airflow runs it. One Airflow for the module: each test goes on where the last one stopped."""

import pytest

from tests.airflow.conftest import Airflow, DagRun
from tests.integration.world import ask
from tests.support import gabonese_numbers

DAG = "relances_quotidiennes"


@pytest.fixture(scope="module")
def by_whatsapp(airflow: Airflow) -> DagRun:
    """The first run of the day, to three contribuables by WhatsApp."""
    return airflow.with_connection("twilio").run(DAG, type_relance="whatsapp", limite=3)


@pytest.fixture(scope="module")
def held(by_whatsapp: DagRun, airflow: Airflow) -> DagRun:
    """The second run of the day, by SMS to the others, told not to send."""
    return airflow.run(DAG, envoyer_automatiquement=False)


@pytest.fixture(scope="module")
def sent(held: DagRun, airflow: Airflow) -> DagRun:
    """The third run of the day, which sends."""
    return airflow.run(DAG)


def test_a_run_by_whatsapp_sends_in_its_lane_and_skips_the_others(by_whatsapp: DagRun, airflow: Airflow) -> None:
    assert by_whatsapp.state == "success", by_whatsapp.log[-3000:]
    lanes = {name: by_whatsapp.tasks.get(f"{name}[0]") for name in ("send_ventis", "send_zoom", "send_twilio")}
    assert lanes == {"send_ventis": None, "send_zoom": None, "send_twilio": "success"}
    assert by_whatsapp.tasks["send_ventis[-1]"] == by_whatsapp.tasks["send_zoom[-1]"] == "skipped"
    assert by_whatsapp.tasks["verdict[-1]"] == "success"
    assert sum(airflow.statuts("whatsapp").values()) == 3
    [kept] = ask(
        airflow.office.relances_url, "SELECT moyen, demandee_par, decidee_le, politique FROM relances.execution"
    )
    assert (kept["moyen"], kept["demandee_par"]) == ("airflow", "dag_test")  # whom Airflow names for a run like this
    assert kept["decidee_le"] is not None
    assert kept["politique"] is not None


def test_a_run_that_may_not_send_is_green_and_leaves_its_relances_waiting(held: DagRun, airflow: Airflow) -> None:
    assert held.state == "success"
    assert held.tasks["send_ventis[-1]"] == "skipped"
    assert held.tasks["report[-1]"] == "success"
    assert held.tasks["verdict[-1]"] == "success"
    assert "les relances restent en attente" in held.log


def test_the_next_run_of_the_day_sends_what_was_waiting(sent: DagRun, airflow: Airflow) -> None:
    assert sent.state == "success", sent.log[-3000:]
    assert sent.tasks["send_ventis[0]"] == "success"
    assert airflow.statuts() == {"envoyee": airflow.ledger_count() - 3}
    assert airflow.ledger_count() > 10


def test_another_run_of_the_day_adds_no_row_and_sends_nothing(sent: DagRun, airflow: Airflow) -> None:
    before = airflow.statuts(), airflow.ledger_count()
    assert airflow.run(DAG).state == "success"
    assert (airflow.statuts(), airflow.ledger_count()) == before


def test_a_wrong_secret_fails_the_run_at_once_with_its_cure(sent: DagRun, airflow: Airflow) -> None:
    run = airflow.with_connection(password="faux").run(DAG)
    assert run.state == "failed"
    assert run.tasks["check_providers[-1]"] == "failed"
    assert run.tasks["extract[-1]"] == "upstream_failed"
    assert "vérifiez login et password de la connexion ventis_default" in run.log


@pytest.mark.parametrize(("parameter", "value"), [("limite", 0), ("fournisseur", "pigeon")])
def test_a_value_that_a_parameter_may_not_hold_is_refused_by_the_form(
    airflow: Airflow, parameter: str, value: object
) -> None:
    with pytest.raises(AssertionError, match=parameter):
        airflow.run(DAG, **{parameter: value})


def test_of_fournisseurs_that_are_not_used_nothing_is_said(sent: DagRun) -> None:
    assert "twilio_default" not in sent.log
    assert "zoom_default" not in sent.log


def test_no_phone_number_is_in_any_log(by_whatsapp: DagRun, held: DagRun, sent: DagRun) -> None:
    for run in (by_whatsapp, held, sent):
        assert gabonese_numbers(run.log) == []
