"""The ledger of a run: every extracted creance in a relance or excluded for one reason, and what changed since."""

from datetime import timedelta

import psycopg
import pytest

from relances.rendering.rapport import rapport
from relances.rules.bilan import Bilan
from relances.rules.request import Request
from relances.services.rapport import report
from relances.store.apercu import Apercus
from relances.store.executions import Executions
from tests.integration.office import Office
from tests.integration.world import TODAY, ask, request
from tests.jour import wording

TOMORROW = TODAY + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("connect")


def told(office: Office, asked: Request) -> tuple[Bilan, str]:
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        return report(relances, Executions(relances).get(asked.run_id), wording(), rapport)


def next_day(run_id: str = "passage-2", **over: object) -> Request:
    return request(run_id, TOMORROW, **over)


@pytest.fixture
def mixed(office: Office) -> Office:
    """Who is reminded, who is left alone by the rules, and who by the tax application."""
    office.owe(3)
    office.owes(4, telephones=["NEANT"])
    office.owes(5, montant_du=100)
    office.owes(6, montant_du=0)
    office.owes(7, exclusion="litige")
    office.owes(8, exclusion="exonere")
    office.owes(9, creance="1")
    office.run(request())
    return office


def test_every_creance_is_in_a_relance_or_excluded_for_a_reason(mixed: Office) -> None:
    bilan, text = told(mixed, request())
    assert bilan.equilibre
    assert {(line.place, line.code): line.creances for line in bilan.lines} == {
        ("en_attente", None): 3,
        ("exclue", "telephone_absent"): 1,
        ("exclue", "montant_minimum"): 1,
        ("exclue", "montant_nul"): 1,
        ("exclue", "litige"): 1,
        ("exclue", "exonere"): 1,
        ("exclue", "doublon"): 1,
    }
    assert "## Bilan : équilibré" in text


def test_no_creance_can_have_a_second_reason(mixed: Office) -> None:
    again = "INSERT INTO relances.exclusion SELECT rang, execution_id, etape, 'litige' FROM relances.exclusion"
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(mixed.relances_url, again)


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM relances.exclusion WHERE code = 'telephone_absent'",
        "DELETE FROM relances.relance_creance WHERE creance_id = '2'",
        "DELETE FROM relances.relance WHERE contribuable_id = '2'",
        "DELETE FROM relances.creance_extraite WHERE creance_id = '2'",
        "INSERT INTO relances.creance_extraite (execution_id, creance_id) SELECT max(id), 'x' FROM relances.execution",
    ],
)
def test_a_creance_that_is_lost_or_one_too_many_breaks_the_equation(mixed: Office, loss: str) -> None:
    assert told(mixed, request())[0].equilibre
    ask(mixed.relances_url, loss)
    bilan, text = told(mixed, request())
    assert not bilan.equilibre
    assert "**DÉSÉQUILIBRÉ : prévenez l'exploitant**" in text


# --- totals ---


def test_the_totals_of_a_run_of_every_canal_count_each(office: Office) -> None:
    office.owe(3)
    office.run(request())
    ask(
        office.relances_url,
        "UPDATE relances.relance SET canal = 'whatsapp', fournisseur = 'twilio' WHERE contribuable_id = '1'",
    )
    bilan, _ = told(office, request())
    assert {(d.canal.value, d.fournisseur): d.relances for d in bilan.depenses} == {
        ("sms", "ventis"): 2,
        ("whatsapp", "twilio"): 1,
    }
    assert sum(d.cout for d in bilan.depenses) == sum(
        row["cout"] for row in ask(office.relances_url, "SELECT cout FROM relances.relance")
    )


def test_what_was_called_off_costs_nothing(office: Office) -> None:
    office.owe(2)
    office.run(request())
    ask(
        office.relances_url,
        "UPDATE relances.relance SET statut = 'annulee', code = 'payee', close_le = now() WHERE contribuable_id = '1'",
    )
    [depense] = told(office, request())[0].depenses
    assert depense.relances == 1


def test_a_number_of_the_old_plan_is_counted(office: Office) -> None:
    office.owes(1, telephones=["06 12 34 56"])
    office.owes(2)
    office.run(request())
    assert [d.migres for d in told(office, request())[0].depenses] == [1]


# --- since the previous run ---


def test_the_first_run_has_nothing_to_compare_with(mixed: Office) -> None:
    assert "Depuis le passage" not in told(mixed, request())[1]


def test_what_came_what_went_and_who_rose_since_the_previous_run_is_told(office: Office) -> None:
    office.owe(3)
    office.owes(4, retard=29)
    office.owes(5, retard=100)
    office.run(request())
    ask(office.relances_url, "UPDATE relances.relance SET statut = 'envoyee', envoyee_le = now(), reference = 'r'")
    ask(office.etaxe_url, "DELETE FROM dette WHERE creance_id IN ('1', '2')")
    office.owes(6)
    office.run(next_day())
    text = told(office, next_day())[1]
    assert f"## Depuis le passage du {TODAY:%d/%m}" in text
    assert "- 1 créances nouvelles, 2 payées ou closes" in text
    assert "- 1 contribuables montés de niveau" in text
    [row] = [line for line in text.splitlines() if line.startswith("| Montant réclamé")]
    assert [cell.strip() for cell in row.split("|")[2:4]] == ["75 000 FCFA", "15 000 FCFA"]


def test_the_previous_run_is_the_latest_real_one_of_an_earlier_day_about_the_same_people(office: Office) -> None:
    office.owe(3)
    office.run(request())
    ask(office.etaxe_url, "DELETE FROM dette")
    office.owes(9)
    office.run(request("essai", simulation=True))
    office.run(request("marche", categories=["MARCHE"]))
    office.run(next_day("matin"))
    office.run(next_day())
    text = told(office, next_day())[1]
    assert f"Depuis le passage du {TODAY:%d/%m}" in text
    assert "- 1 créances nouvelles, 3 payées ou closes" in text


def test_a_run_that_asked_for_other_creances_is_compared_with_nothing(office: Office) -> None:
    office.owe(3)
    office.run(request(jours_retard_min=7))
    office.run(next_day(jours_retard_min=5))
    assert "Depuis le passage" not in told(office, next_day())[1]


def test_two_days_of_a_campaign_share_their_relances_and_are_not_compared(office: Office) -> None:
    for contribuable in range(3):
        office.owes(contribuable, categorie="Marchés")
    office.run(request(campagne="Marchés"))
    office.run(next_day(campagne="Marchés"))
    text = told(office, next_day(campagne="Marchés"))[1]
    assert text.startswith(f"# Relances de la campagne « Marchés » du {TODAY + timedelta(days=1):%d/%m/%Y}\n")
    assert "3 au total pour cette campagne" in text
    assert "Depuis le passage" not in text


# --- paid in part ---


def test_a_relance_paid_in_part_is_counted_once_and_the_report_and_the_table_agree(
    office: Office, relances: psycopg.Connection
) -> None:
    office.owes(1, creance="a", montant_du=10_000)
    office.owes(1, creance="b", montant_du=5_000)
    office.run(request())
    ask(
        office.relances_url,
        """
        UPDATE relances.relance SET statut = 'envoyee', envoyee_le = now(), reference = 'r', montant_du = 7000;
        UPDATE relances.relance_creance SET payee_le = now() WHERE creance_id = 'b';
        UPDATE relances.relance_creance SET montant_du = 7000 WHERE creance_id = 'a';
        """,
    )
    lines = {
        (line.place, line.code): (line.creances, line.relances, line.montant)
        for line in told(office, request())[0].lines
    }
    assert lines == {("envoyee", None): (1, 1, 7_000), ("annulee", "payee"): (1, 0, 5_000)}

    decisions = list(Apercus(relances).decisions(office.execution(request())))
    assert {(d.place, d.code): (d.creances, d.montant) for d in decisions} == {
        key: (creances, montant) for key, (creances, _, montant) in lines.items()
    }
    [cost] = ask(office.relances_url, "SELECT cout FROM relances.relance")
    assert {d.place: d.cout for d in decisions} == {"envoyee": cost["cout"], "annulee": None}
