"""A run keeps the policy and the texts it is decided with: an edit of the files changes the next one."""

import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from airflow.utils.types import DagRunType

from relances.orchestration.jour import demande_of
from relances.policy.consignes import Consignes, read_consignes
from relances.policy.gabarits import DEFAULT_FOLDER
from relances.rules.errors import Blocked, TryAgain
from relances.rules.passages import Demande, Moyen
from relances.rules.request import Request
from relances.sending.phases import Halte
from relances.services import passages, sorties
from relances.services.numeros import read_numbers
from relances.services.passages import execution_of, take_up
from relances.store.creation import open_creation
from relances.store.executions import Executions
from relances.store.validation import Validation
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.provider import Provider
from tests.integration.world import Row, ask, let_time_pass, request, statuts
from tests.jour import Waits, database, here, politique
from tests.support import closed_days, one_sentence, write_policy

pytestmark = pytest.mark.usefixtures("etaxe_url")


@pytest.fixture(autouse=True)
def impatient(connect: Connect) -> None:
    connect(timeout=0.4)


@pytest.fixture
def fichier() -> Path:
    """The policy in force, with templates of its own."""
    file = Path(os.environ["RELANCES_POLITIQUE"])
    shutil.copytree(DEFAULT_FOLDER, file.parent / "gabarits")
    return file


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The files that are opened meanwhile. Python keeps whoever listens: it hears no more once the test is over."""
    paths, over = list[str](), Event()

    def hear(event: str, what: tuple[object, ...]) -> None:
        if event == "open" and not over.is_set():
            paths.append(str(what[0]))

    sys.addaudithook(hear)
    yield paths
    over.set()


def say(fichier: Path, texte: str) -> None:
    """Let every message by SMS say this."""
    for path in (fichier.parent / "gabarits" / "sms").iterdir():
        path.write_text(texte, encoding="utf-8")


def create(asked: Request) -> int:
    """As the tasks do once the fournisseurs are checked, but for great-expectations, which takes seconds."""
    extract_and_set_aside(asked)
    return jour.create_relances(asked)


def extract_and_set_aside(asked: Request) -> None:
    jour.extract(asked)
    with database("relances_db") as relances:
        execution = Executions(relances).get(asked.run_id)
        read_numbers(relances, execution)
        Validation(relances, execution, politique()).exclude_invalid_rows()


def textes(url: str) -> set[str]:
    return {row["texte"] for row in ask(url, "SELECT DISTINCT texte FROM relances.relance")}


def executions(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.execution ORDER BY id")


def version(fichier: Path) -> str:
    return read_consignes(fichier).empreinte


def test_an_edit_after_the_first_task_is_for_the_next_run(relances_url: str, fichier: Path) -> None:
    say(fichier, "Avant {{ nom }}")
    first = version(fichier)
    jour.check_providers(request("essai", simulation=True))
    say(fichier, "Après {{ nom }}")
    write_policy(fichier, montant_minimum=10_000_000)
    assert create(request("essai", simulation=True)) > 0
    assert {texte.split()[0] for texte in textes(relances_url)} == {"Avant"}

    jour.check_providers(request("suivant", simulation=True))
    assert create(request("suivant", simulation=True)) == 0
    assert [row["politique"] for row in executions(relances_url)] == [first, version(fichier)]


def test_a_version_is_kept_once_whatever_the_number_of_runs(relances_url: str, fichier: Path) -> None:
    for run_id in ("un", "deux"):
        jour.check_providers(request(run_id, simulation=True))
    [row] = ask(relances_url, "SELECT * FROM relances.politique")
    assert row["empreinte"] == version(fichier)
    assert Consignes.unpacked(row["consignes"]) == read_consignes(fichier)


def test_a_run_that_begins_with_its_extraction_keeps_it_too(relances_url: str, fichier: Path) -> None:
    jour.extract(request())
    [row] = executions(relances_url)
    assert row["politique"] == version(fichier)


def test_until_it_creates_its_relances_the_first_task_takes_what_is_in_force_anew(
    relances_url: str, fichier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jour.check_providers(request())
    jour.extract(request())
    write_policy(fichier, categories_exclues=["inconnue"])
    caplog.set_level(logging.INFO)
    jour.extract(request())
    assert "reprenez le passage depuis check_providers, qui la relit" in caplog.text
    write_policy(fichier, montant_minimum=10_000_000)
    jour.check_providers(request())
    assert create(request()) == 0


def test_once_it_created_its_relances_a_run_keeps_its_version(
    relances_url: str, fichier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jour.check_providers(request())
    assert create(request()) > 0
    before = version(fichier)
    say(fichier, "Autrement")
    caplog.set_level(logging.INFO)
    jour.check_providers(request())
    assert executions(relances_url)[0]["politique"] == before
    assert f"ce passage garde la version {before[:8]} —" in caplog.text


def test_the_lots_of_a_run_go_by_its_version(relances_url: str, provider: Provider, fichier: Path) -> None:
    jour.check_providers(request())
    create(request())
    write_policy(fichier, taille_lot=1)
    [lot] = jour.plan_lots(request(), "ventis")
    jour.send_lot(request(), **lot)
    assert len(provider.ledger()) > 1


def test_the_lots_of_a_run_leave_by_the_hours_in_force(relances_url: str, provider: Provider, fichier: Path) -> None:
    jour.check_providers(request())
    create(request())
    [lot] = jour.plan_lots(request(), "ventis")
    write_policy(fichier, closed_days())
    with pytest.raises(Waits) as waits:
        jour.send_lot(request(), **lot)
    assert waits.value.attente.halte is Halte.FERMEE
    assert provider.ledger() == []
    write_policy(fichier)
    jour.send_lot(request(), **lot)
    assert len(provider.ledger()) > 1


def test_what_is_sent_again_goes_by_the_hours_in_force(relances_url: str, provider: Provider, fichier: Path) -> None:
    jour.check_providers(request())
    create(request())
    provider.upset({"fault": "http_429"})
    [lot] = jour.plan_lots(request(), "ventis")
    with pytest.raises(Waits):
        jour.send_lot(request(), **lot)
    provider.upset()
    let_time_pass(relances_url)
    sent = len(provider.ledger())
    write_policy(fichier, closed_days())
    jour.reconcile_every_run()
    assert len(provider.ledger()) == sent
    write_policy(fichier)
    jour.reconcile_every_run()
    assert len(provider.ledger()) > sent


def test_a_run_that_waits_reads_the_policy_in_force_and_none_of_its_texts(
    provider: Provider, fichier: Path, opened: list[str]
) -> None:
    jour.check_providers(request())
    assert create(request()) > 0
    assert any(path.startswith(str(fichier.parent / "gabarits")) for path in opened)
    opened.clear()

    jour.reconcile(request())

    assert str(fichier) in opened
    assert [path for path in opened if path.startswith(str(fichier.parent / "gabarits"))] == []


def test_what_shrank_is_written_again_by_the_version_of_its_own_run(
    relances_url: str, etaxe_url: str, provider: Provider, fichier: Path
) -> None:
    say(fichier, "Avant {{ montant }}")
    asked = request("matin", envoyer_automatiquement=False)
    jour.check_providers(asked)
    create(asked)
    before = textes(relances_url)
    say(fichier, "Après {{ montant }}")
    ask(relances_url, "UPDATE relances.relance_creance SET montant_du = montant_du + 1")
    jour.check_providers(request("soir"))
    jour.extract(request("soir"))
    jour.send(request("soir"))
    assert {message["text"].split()[0] for message in provider.ledger()} == {"Avant"}
    assert textes(relances_url) <= before


@pytest.mark.parametrize("wrong", ["[source", None])
def test_a_file_that_is_broken_meanwhile_stops_the_next_run_alone(
    relances_url: str, provider: Provider, fichier: Path, wrong: str | None
) -> None:
    jour.check_providers(request())
    create(request())
    fichier.unlink() if wrong is None else fichier.write_text(wrong)
    jour.send(request())
    jour.reconcile(request())
    jour.write_back(request())
    assert "les fichiers ont changé depuis" in jour.report(request())
    assert "en_attente" not in statuts(relances_url)


def test_a_file_that_is_broken_meanwhile_is_said_once_by_the_run_and_in_its_report(
    relances_url: str, fichier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jour.check_providers(request())
    create(request())
    assert "La politique en vigueur ne se lit pas" not in jour.report(request())
    fichier.write_text("[source")
    ask(relances_url, "UPDATE relances.execution SET commencee_le = now() - interval '1 day', envoi_le = NULL")
    with caplog.at_level(logging.ERROR):
        ask(relances_url, "UPDATE relances.relance SET a_envoyer = false")
        assert jour.reconcile(request())
    [told] = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "la politique du passage tient lieu de celle en vigueur : politique.toml, ligne 1" in told
    assert "- **La politique en vigueur ne se lit pas**, le prochain passage s'arrêtera : " in jour.report(request())


def other_policy(fichier: Path) -> None:
    write_policy(fichier, montant_minimum=10_000_000)


def test_a_policy_read_again_while_relances_are_created_undoes_them(relances_url: str, fichier: Path) -> None:
    jour.check_providers(request())
    extract_and_set_aside(request())
    with database("relances_db") as relances:
        execution = Executions(relances).get(request().run_id)
        regles = sorties.rules_of(here(), take_up(here(), request()), relances)

        def create_while_it_is_read_again() -> None:
            with open_creation(relances, execution, regles.politique.devise) as creation:
                creation.add(map(regles.decide, creation.contribuables(regles.politique.delai_max_jours)))
                other_policy(fichier)
                jour.check_providers(request())
                creation.finish(None, regles.politique.plafonds)

        with pytest.raises(TryAgain, match="check_providers a relu la politique du passage passage-1") as raised:
            create_while_it_is_read_again()
    one_sentence(raised.value)
    assert ask(relances_url, "SELECT count(*) FROM relances.relance") == [{"count": 0}]
    [row] = executions(relances_url)
    assert (row["politique"], row["decidee_le"]) == (version(fichier), None)


def test_a_policy_read_again_while_an_extraction_is_checked_leaves_it_unchecked(
    relances_url: str, fichier: Path
) -> None:
    jour.check_providers(request())
    jour.extract(request())
    with database("relances_db") as relances:
        validation = Validation(relances, Executions(relances).get(request().run_id), politique())
        other_policy(fichier)
        jour.check_providers(request())
        with pytest.raises(TryAgain, match="pendant cette tâche"):
            validation.exclude_invalid_rows()
    assert executions(relances_url)[0]["validee_le"] is None


def test_a_policy_read_again_between_two_looks_of_a_task_at_its_record_is_seen(
    relances_url: str, fichier: Path
) -> None:
    jour.check_providers(request())
    jour.extract(request())
    passage = take_up(here(), request())
    other_policy(fichier)
    jour.check_providers(request())
    with database("relances_db") as relances, pytest.raises(TryAgain, match="pendant cette tâche"):
        execution_of(relances, passage)


def test_of_two_first_tasks_at_once_the_later_begins_again(relances_url: str, fichier: Path) -> None:
    jour.check_providers(request())
    other_policy(fichier)
    late = passages.ask(here(), request())
    write_policy(fichier, montant_minimum=1)
    jour.check_providers(request())
    with pytest.raises(TryAgain, match="pendant cette tâche"):
        passages.record(here(), late)
    assert executions(relances_url)[0]["politique"] == version(fichier)


def test_what_was_checked_by_another_policy_is_checked_again(relances_url: str, fichier: Path) -> None:
    jour.check_providers(request())
    extract_and_set_aside(request())
    jour.check_providers(request())
    assert executions(relances_url)[0]["validee_le"] is not None
    other_policy(fichier)
    jour.check_providers(request())
    with pytest.raises(Blocked, match="ou extract et les suivantes si check_providers a relu la politique") as refused:
        jour.create_relances(request())
    one_sentence(refused.value)
    assert create(request()) == 0


def make_unreadable(relances_url: str, consignes: Consignes) -> None:
    """Let the record of every run be what a program with other settings wrote."""
    other = replace(consignes, politique=consignes.politique.replace("taille_lot", "taille_des_lots"))
    kept = {"empreinte": other.empreinte, "consignes": other.packed()}
    ask(relances_url, "INSERT INTO relances.politique VALUES (%(empreinte)s, %(consignes)s)", **kept)
    ask(relances_url, "UPDATE relances.execution SET politique = %(empreinte)s", empreinte=other.empreinte)


def test_a_record_that_cannot_be_read_does_not_stop_a_run_that_created_its_relances(
    relances_url: str, provider: Provider, fichier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jour.check_providers(request())
    create(request())
    make_unreadable(relances_url, read_consignes(fichier))
    ask(relances_url, "UPDATE relances.relance_creance SET montant_du = montant_du + 1")  # to be written again
    jour.send(request())
    jour.reconcile(request())
    jour.write_back(request())
    assert "version" not in jour.report(request())
    jour.verdict(request())
    assert "en_attente" not in statuts(relances_url)
    assert re.search(
        "la politique en vigueur tient lieu de celle du passage passage-1 : ce programme ne lit pas la politique du "
        r"registre, version [0-9a-f]{8} \(politique\.toml, ligne \d+ : ", caplog.text,
    )  # fmt: skip
    assert "la politique en vigueur tient lieu de celle de la version" in caplog.text


def test_a_record_that_cannot_be_read_stops_what_it_is_still_to_decide_until_it_is_taken_anew(
    relances_url: str, fichier: Path
) -> None:
    jour.check_providers(request())
    make_unreadable(relances_url, read_consignes(fichier))
    with pytest.raises(
        Blocked, match=r"^passage passage-1 : ce programme ne lit pas la politique du registre"
    ) as refused:
        jour.extract(request())
    assert "reprenez-le depuis check_providers, qui prend celle en vigueur" in one_sentence(refused.value)
    jour.check_providers(request())
    assert create(request()) > 0


def test_a_run_decided_before_the_upgrade_does_not_take_todays_policy_for_its_own(
    relances_url: str, fichier: Path
) -> None:
    jour.check_providers(request())
    create(request())
    ask(relances_url, "UPDATE relances.execution SET politique = NULL")  # as the migration leaves it
    other_policy(fichier)
    jour.check_providers(request())
    create(request())
    assert executions(relances_url)[0]["politique"] is None
    assert "version" not in jour.report(request())


def test_the_report_names_the_version(relances_url: str, fichier: Path) -> None:
    jour.check_providers(request())
    create(request())
    named = f"- Politique et textes : version {version(fichier)[:8]}"
    assert f"{named}\n" in jour.report(request())
    say(fichier, "Autrement")
    assert f"{named} ; les fichiers ont changé depuis, pour le prochain passage\n" in jour.report(request())


def test_a_run_of_before_goes_by_the_policy_in_force_and_says_so(
    relances_url: str, provider: Provider, fichier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jour.check_providers(request())
    create(request())
    ask(relances_url, "UPDATE relances.execution SET politique = NULL, decidee_le = NULL")
    write_policy(fichier, taille_lot=1)
    caplog.set_level(logging.INFO)
    lots = jour.plan_lots(request(), "ventis")
    assert len(lots) > 1
    assert "n'a pas de politique dans son registre : celle en vigueur le décide" in caplog.text
    assert "version" not in jour.report(request())


def test_who_asked_and_by_what_is_kept_of_the_first(relances_url: str) -> None:
    jour.check_providers(request(), Demande(Moyen.AIRFLOW, "amina"))
    jour.extract(request(), Demande(Moyen.COMMANDE))
    [row] = executions(relances_url)
    assert (row["moyen"], row["demandee_par"]) == ("airflow", "amina")
    assert (row["approuvee_par"], row["approuvee_le"]) == (None, None)


def test_what_was_only_asked_for_holds_nobody_to_it(relances_url: str) -> None:
    jour.check_providers(request(limite=3))
    assert take_up(here(), request(limite=5)).request.limite == 5
    jour.extract(request(limite=5))
    assert executions(relances_url)[0]["parametres"]["limite"] == 5


def test_airflow_names_who_asked_but_for_a_run_of_its_schedule() -> None:
    assert demande_of(DagRunType.SCHEDULED, None) == Demande(Moyen.CALENDRIER)
    assert demande_of(DagRunType.BACKFILL_JOB, "amina") == Demande(Moyen.CALENDRIER)
    assert demande_of(DagRunType.MANUAL, "amina") == Demande(Moyen.AIRFLOW, "amina")
