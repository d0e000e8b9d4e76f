"""What an alert says: what, how many, what to do, in both languages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rendering.alertes import doubled, run_failed, run_late, voie_back, voie_paused
from relances.rules.alertes import DagRun, Resume

PASSAGE = DagRun("relances_quotidiennes", "scheduled__2026", "https://airflow.example/dags/relances_quotidiennes")
EIGHT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # in Libreville, an hour more


def test_a_failed_run_says_which_how_many_and_what_to_do() -> None:
    bilan = Resume(equilibre=True, relances={"envoyee": 1_204, "echec": 12, "incertaine": 2, "exclue": 0})
    text = run_failed(PASSAGE, ["send_ventis_0", "send_ventis_3"], bilan)

    assert text.splitlines() == [
        "Relances : passage en échec",
        "relances_quotidiennes, passage scheduled__2026",
        "Tâches en échec : send_ventis_0, send_ventis_3",
        "Relances : 1 204 envoyées, 12 en échec, 2 incertaines",
        "Que faire : ouvrez le journal de la première tâche en échec, corrigez ce qu'il dit, puis relancez-la (Clear) "
        "; personne ne sera relancé deux fois.",
        "— Relances: run failed · failed tasks: send_ventis_0, send_ventis_3 · reminders: 1 204 sent, 12 failed, 2 in "
        "doubt · open the log of the first failed task, mend what it says, clear it; nobody is reminded twice.",
        PASSAGE.lien,
    ]


def test_a_broken_balance_comes_before_everything() -> None:
    text = run_failed(PASSAGE, ["report"], Resume(equilibre=False, relances={}))

    assert text.startswith("Relances : BILAN NON ÉQUILIBRÉ")
    assert "BALANCE BROKEN" in text
    assert "lisez le rapport" in text
    assert "Relances : aucune\n" in text


def test_a_run_without_report_or_known_task_says_so() -> None:
    text = run_failed(PASSAGE, [], None)

    assert "Relances : pas de rapport" in text
    assert "Tâches en échec : aucune connue" in text


def test_a_late_run_says_since_when_and_what_waits_where() -> None:
    text = run_late(PASSAGE, EIGHT, {"zoom": 3, "ventis": 12_000})

    assert "depuis le 02/03/2026 à 08:00" in text
    assert "Relances en attente : ventis 12 000, zoom 3\n" in text
    assert "since 2026-03-02 08:00" in text
    assert text.endswith(PASSAGE.lien)


@pytest.mark.parametrize(("waiting", "said"), [({}, "en attente : aucune\n"), (None, "en attente : inconnues\n")])
def test_nothing_that_waits_is_told_from_nobody_knows(waiting: dict[str, int] | None, said: str) -> None:
    assert said in run_late(PASSAGE, EIGHT, waiting)


def test_a_lane_that_tries_again_says_when_and_one_that_does_not_says_so() -> None:
    pause = voie_paused("ventis", "12 réponses 503 sur 20 — 12 answers of 20 are 503", EIGHT, 1)
    stop = voie_paused("ventis", "mot de passe refusé — wrong password", None, 2_000)

    assert pause.startswith("Relances : la voie ventis est suspendue, elle essaiera de nouveau le 02/03/2026 à 08:00\n")
    assert "\nMotif : 12 réponses 503 sur 20" in pause
    assert "\n1 relance attend ;" in pause
    assert "it tries again at 2026-03-02 08:00" in pause
    assert "elle ne reprendra qu'une fois corrigée" in stop
    assert "\n2 000 relances attendent ;" in stop


def test_a_lane_that_sends_again_says_since_when_it_did_not_and_that_there_is_nothing_to_do() -> None:
    text = voie_back("ventis", EIGHT, 12)

    assert text.startswith("Relances : la voie ventis envoie de nouveau ; ")
    assert "sa panne avait commencé le 02/03/2026 à 08:00\n12 relances attendent. Que faire : rien." in text
    assert "its trouble began at 2026-03-02 08:00" in text


def test_what_waits_for_a_lane_may_be_unknown() -> None:
    for text in (voie_paused("ventis", "12 réponses 503 sur 20", EIGHT, None), voie_back("ventis", EIGHT, None)):
        assert "Relances en attente : inconnues" in text
        assert "reminders waiting: unknown" in text


def test_relances_sent_twice_are_named_by_their_ids() -> None:
    text = doubled({7, 3})

    assert text.startswith("Relances : 2 relances sont parties DEUX FOIS\nNuméros de relance : 3, 7\n")
    assert "sent TWICE" in text


@given(st.lists(st.text(st.characters(categories=["L", "N"]), max_size=40), max_size=2_000))
def test_however_many_tasks_fail_a_message_fits_in_a_chat(taches: list[str]) -> None:
    assert len(run_failed(PASSAGE, taches, None)) < 2_000


def test_of_thousands_the_first_are_named_and_the_others_counted() -> None:
    assert "10, … (+990)\n" in doubled(range(1, 1_001))
