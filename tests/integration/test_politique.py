"""A line changed in ``politique.toml`` changes what a run creates, through the real stages."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from relances.policy.politique import DEFAULT_FILE
from relances.rules.errors import Blocked
from relances.rules.fenetre import LIBREVILLE
from relances.rules.request import Request
from relances.services.extraction import extract
from relances.store.creation import Created
from tests import jour
from tests.integration.office import Office
from tests.integration.world import TODAY, Row, ask, request
from tests.support import one_sentence, postgres_connection

Amend = Callable[..., None]


@pytest.fixture(autouse=True)
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy in force: the product's, in a file of its own."""
    file = tmp_path / "politique.toml"
    file.write_bytes(DEFAULT_FILE.read_bytes())
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))
    return file


@pytest.fixture
def amend(policy: Path) -> Amend:
    """Write a line of the policy otherwise, as an officer does: the ``nth`` of its name, in a comment or not."""

    def write(line: str, nth: int = 1) -> None:
        name, text = line.partition(" = ")[0], policy.read_text(encoding="utf-8")
        found = list(re.finditer(rf"(?m)^(?:# )?{name} = .*$", text))[nth - 1]
        policy.write_text(text[: found.start()] + line + text[found.end() :], encoding="utf-8")

    return write


@pytest.fixture
def relances_db(relances_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection that the pipeline's functions open."""
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))


def relances(office: Office) -> list[Row]:
    return ask(office.relances_url, "SELECT * FROM relances.relance ORDER BY id")


def spoken_of(office: Office) -> list[str]:
    """The creances that a relance speaks of."""
    return [r["creance_id"] for r in ask(office.relances_url, "SELECT creance_id FROM relances.relance_creance")]


def unaccounted(office: Office, asked: Request) -> int:
    """How many creances of a run are neither in a relance of its day nor set aside."""
    rows = ask(
        office.relances_url,
        """
        SELECT count(*) FROM relances.creance_extraite c
        WHERE c.execution_id = %(id)s
            AND (SELECT count(*) FROM relances.exclusion x WHERE x.rang = c.rang) + (
                SELECT count(*) FROM relances.relance_creance rc JOIN relances.relance r ON r.id = rc.relance_id
                WHERE rc.creance_id = c.creance_id AND r.occasion = %(occasion)s) <> 1
        """,
        id=office.execution(asked).id,
        occasion=asked.occasion,
    )
    return int(rows[0]["count"])


def days_later(office: Office, days: int) -> None:
    """What waited was sent, and so many days went by."""
    ask(
        office.relances_url,
        """
        UPDATE relances.relance SET statut = 'envoyee', envoyee_le = now(), reference = 'uuid' || id,
            creee_le = creee_le - make_interval(days => %(days)s)
        WHERE statut = 'en_attente'
        """,
        days=days,
    )


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LIBREVILLE)


# --- who is left alone ---


@pytest.mark.parametrize(("minimum", "reminded"), [(999, True), (1_000, True), ("1000.01", False)])
def test_what_a_relance_is_about_reaches_the_minimum(
    office: Office, amend: Amend, minimum: object, reminded: bool
) -> None:
    amend(f"montant_minimum = {minimum}")
    office.owes(1, creance="a", montant_du=400)
    office.owes(1, creance="b", montant_du=600)
    office.run(request())
    assert office.exclusions(request()) == ({} if reminded else {"a": "montant_minimum", "b": "montant_minimum"})


@pytest.mark.parametrize(
    ("ours_agents", "maximum", "reminded"),
    [
        ((0, 2), 3, True),
        ((0, 3), 3, False),
        ((1, 1), 3, True),
        ((1, 2), 3, False),
    ],
    ids=str,
)
def test_reminders_of_the_week_count_those_of_agents(
    office: Office, amend: Amend, ours_agents: tuple[int, int], maximum: int, reminded: bool
) -> None:
    ours, agents = ours_agents
    amend(f"maximum_par_semaine = {maximum}")
    if ours:
        office.owes(1, creance="déjà dite")
        office.run(request("avant", TODAY - timedelta(days=2)))
        days_later(office, 2)
        ask(office.etaxe_url, "DELETE FROM dette")
    office.owes(1, creance="a", relances_agents=agents)
    office.run(request())
    assert office.exclusions(request()) == ({} if reminded else {"a": "maximum_semaine"})


@pytest.mark.parametrize(("days", "reminded"), [(6, False), (7, True)])
def test_a_week_is_seven_days(office: Office, amend: Amend, days: int, reminded: bool) -> None:
    amend("maximum_par_semaine = 1")
    office.owes(1, creance="avant", retard=20)
    office.run(request("avant", TODAY - timedelta(days=days)))
    days_later(office, days)
    office.owes(1, creance="a")
    office.run(request())
    assert ("a" in spoken_of(office)) == reminded


def test_an_excluded_category_is_never_reminded(office: Office, amend: Amend) -> None:
    amend('categories_exclues = ["TAXI", "PUB"]')
    office.owes(1, creance="a", categorie="TAXI")
    office.owes(1, creance="b", categorie="MARCHE")
    office.owes(2, creance="c", categorie=None)
    office.run(request())
    assert sorted(spoken_of(office)) == ["b", "c"]
    assert office.exclusions(request()) == {"a": "categorie_exclue"}


# --- one message for several creances, or for one ---


def test_without_grouping_the_oldest_creance_alone_is_spoken_of(office: Office, amend: Amend) -> None:
    amend("regrouper = false")
    office.owes(1, creance="a", retard=10, montant_du=1_000)
    office.owes(1, creance="b", retard=40, montant_du=2_000)
    office.owes(1, creance="c", retard=20, montant_du=3_000)
    office.run(request())
    (made,) = relances(office)
    assert (made["montant_du"], made["niveau"], made["echeance"]) == (2_000, 2, TODAY - timedelta(days=40))
    assert spoken_of(office) == ["b"]
    assert office.exclusions(request()) == {"a": "une_par_message", "c": "une_par_message"}
    assert unaccounted(office, request()) == 0


def test_without_grouping_the_others_come_in_their_turn(office: Office, amend: Amend) -> None:
    amend("regrouper = false")
    office.owes(1, creance="a", retard=40)
    office.owes(1, creance="b", retard=20)
    office.run(request("hier", TODAY - timedelta(days=1)))
    days_later(office, 1)
    office.run(request())
    assert spoken_of(office) == ["a", "b"]
    assert office.exclusions(request()) == {"a": "deja_relance"}


def test_without_grouping_a_small_old_creance_does_not_hide_a_greater_one(office: Office, amend: Amend) -> None:
    amend("regrouper = false")
    office.owes(1, creance="a", retard=40, montant_du=100)
    office.owes(1, creance="b", retard=20, montant_du=50_000)
    office.run(request())
    assert spoken_of(office) == ["b"]
    assert office.exclusions(request()) == {"a": "montant_minimum"}


# --- niveaux ---


@pytest.mark.parametrize(("retard", "ago", "reminded"), [(10, 5, False), (40, 5, False), (100, 5, True), (40, 8, True)])
def test_each_niveau_has_its_delay(office: Office, amend: Amend, retard: int, ago: int, reminded: bool) -> None:
    amend("delai_jours = 14", 1)
    amend("delai_jours = 3", 3)
    office.owes(1, creance="a", retard=retard, derniere_relance=at_noon(TODAY - timedelta(days=ago)))
    office.run(request())
    assert office.exclusions(request()) == ({} if reminded else {"a": "deja_relance"})


def test_a_delay_longer_than_a_week_remembers_what_this_pipeline_sent(office: Office, amend: Amend) -> None:
    amend("delai_jours = 21", 2)
    office.owes(1, creance="a", retard=60)
    office.run(request("avant", TODAY - timedelta(days=20)))
    days_later(office, 20)
    assert office.run(request()) == Created(relances=0, exclusions=1)


def test_a_run_uses_the_canal_of_each_niveau(office: Office, amend: Amend) -> None:
    amend('canal = "whatsapp"', 3)
    office.owes(1, retard=10)
    office.owes(2, retard=100)
    office.owes(3, retard=100, telephones=["+33612345678"])
    office.run(request())
    assert [(r["contribuable_id"], r["canal"], r["fournisseur"], r["cout"]) for r in relances(office)] == [
        ("1", "sms", "ventis", 25),
        ("2", "whatsapp", "twilio", 35),
        ("3", "whatsapp", "twilio", 35),
    ]
    assert relances(office)[1]["texte"].startswith("Mairie de Libreville : dernier rappel\n\n")
    assert office.run(request("soir")).relances == 0
    assert unaccounted(office, request("soir")) == 0


def test_the_canal_that_a_run_names_is_that_of_all_niveaux(office: Office, amend: Amend) -> None:
    amend('canal = "whatsapp"', 3)
    office.owes(1, retard=100)
    office.run(request(type_relance="sms"))
    assert [(r["niveau"], r["canal"]) for r in relances(office)] == [(3, "sms")]


def test_a_niveau_leaves_by_its_own_fournisseur_alone(office: Office, amend: Amend) -> None:
    amend('canal = "sms"\nfournisseur = "zoom"', 3)
    office.owes(1, retard=10)
    office.owes(2, retard=100)
    office.owes(3, retard=100, telephones=["+15145551234"])
    office.run(request())
    assert [(r["contribuable_id"], r["fournisseur"]) for r in relances(office)] == [("1", "ventis"), ("3", "zoom")]
    assert office.exclusions(request()) == {"2": "hors_region"}


def test_a_niveau_may_begin_on_another_day(office: Office, amend: Amend) -> None:
    amend("a_partir_de_jours = 10", 2)
    office.owes(1, retard=10)
    office.run(request())
    assert relances(office)[0]["niveau"] == 2
    assert "2e rappel" in relances(office)[0]["texte"]


def test_after_missed_days_one_relance_says_what_is_due_at_the_date_of_the_run(office: Office) -> None:
    office.owes(1, retard=100)
    office.run(request("avant", TODAY - timedelta(days=85)))
    days_later(office, 85)
    office.run(request())
    assert [(r["niveau"], r["statut"]) for r in relances(office)] == [(1, "envoyee"), (3, "en_attente")]


def test_what_waited_since_before_the_missed_days_is_not_sent_beside(office: Office) -> None:
    office.owes(1, retard=100)
    office.run(request("avant", TODAY - timedelta(days=40)))
    office.run(request())
    assert [(r["niveau"], r["statut"], r["code"]) for r in relances(office)] == [
        (2, "annulee", "remplacee"),
        (3, "en_attente", None),
    ]


def test_a_category_left_out_that_is_none_stops_the_run_before_anything(office: Office) -> None:
    office.owe(1)
    with (
        psycopg.connect(office.etaxe_url, autocommit=True) as etaxe,
        psycopg.connect(office.relances_url, autocommit=True) as relances_db,
        pytest.raises(Blocked, match=r"categories_exclues : catégorie inconnue : Marche ; choisissez parmi MARCHE"),
    ):
        extract(office.source, request(), etaxe, relances_db, {"Marche"})
    assert ask(office.relances_url, "SELECT FROM relances.execution") == []


# --- plafonds ---


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("relances_par_passage = 2", "plafond"),
        ("relances_par_jour = 2", "plafond"),
        ("budget_par_passage = 74", "budget"),
        ("budget_par_jour = 50", "budget"),
    ],
)
def test_beyond_a_limit_the_latest_debtors_come_first_and_again_adds_nothing(
    office: Office, amend: Amend, line: str, code: str
) -> None:
    amend(line)
    for contribuable, retard in ((1, 10), (2, 20), (3, 12), (4, 15)):
        office.owes(contribuable, retard=retard)
    assert office.run(request()) == Created(relances=2, exclusions=2)
    assert sorted(spoken_of(office)) == ["2", "4"]
    assert office.exclusions(request()) == {"1": code, "3": code}
    assert office.create(request()) == Created(relances=0, exclusions=2)
    assert office.run(request()) == Created(relances=0, exclusions=2)
    assert unaccounted(office, request()) == 0


@pytest.mark.parametrize(
    ("line", "in_the_evening"),
    [
        ("relances_par_passage = 2", 2),
        ("relances_par_jour = 3", 1),
        ("budget_par_passage = 50", 2),
        ("budget_par_jour = 75", 1),
    ],
)
def test_a_limit_of_a_run_is_not_one_of_a_day(office: Office, amend: Amend, line: str, in_the_evening: int) -> None:
    office.owe(2)
    amend(line)
    assert office.run(request("matin")).relances == 2
    for contribuable in (3, 4, 5):
        office.owes(contribuable)
    assert office.run(request("soir")).relances == in_the_evening
    assert unaccounted(office, request("soir")) == 0


def test_a_day_s_limit_is_that_of_the_day_whatever_day_is_asked_for(office: Office, amend: Amend) -> None:
    amend("relances_par_jour = 2")
    office.owe(2)
    office.run(request())
    office.owes(3, retard=30)
    assert office.run(request("rattrapage", date_relance=str(TODAY - timedelta(days=3)))).relances == 0


def test_a_limit_of_a_day_is_not_one_of_the_next(office: Office, amend: Amend) -> None:
    amend("relances_par_jour = 2")
    for contribuable in range(1, 5):
        office.owes(contribuable, retard=20)
    office.run(request("hier", TODAY - timedelta(days=1)))
    days_later(office, 1)
    assert office.run(request()).relances == 2
    assert sorted(spoken_of(office)) == ["1", "2", "3", "4"]


def test_a_simulation_takes_nothing_of_what_the_day_allows(office: Office, amend: Amend) -> None:
    amend("relances_par_jour = 2")
    amend("budget_par_jour = 50")
    office.owe(3)
    assert office.run(request("essai", simulation=True)).relances == 2
    assert office.run(request()).relances == 2


def test_a_dearer_fournisseur_spends_the_budget_sooner(office: Office, amend: Amend) -> None:
    amend("ventis = 40.5")
    amend("budget_par_passage = 100")
    office.owe(3)
    assert office.run(request()).relances == 2
    assert {r["cout"] for r in relances(office)} == {Decimal("40.50")}


# --- another file ---


def test_a_policy_has_the_texts_beside_it(office: Office, policy: Path) -> None:
    texts = policy.parent / "gabarits" / "sms"
    texts.mkdir(parents=True)
    (texts / "niveau1.fr.txt").write_text("Payez {{ montant }}")
    office.owes(1)
    office.run(request())
    assert relances(office)[0]["texte"] == "Payez 15 000 FCFA"


@pytest.mark.usefixtures("relances_db")
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('canal = "smss"', "niveau.canal doit être l'un de : sms, whatsapp — "),
        ('fin = "00:00"', "fenetre.fin doit être après debut (08:00) : sans cela la fenêtre ne s'ouvre jamais — "),
        ("delai_jours = sept", "attendu [table] ou nom = valeur"),
    ],
)
def test_a_wrong_policy_stops_every_task_and_leaves_all_as_it_was(
    office: Office, amend: Amend, policy: Path, line: str, sentence: str
) -> None:
    office.owes(1)
    office.extract(request())
    office.set_aside(request())
    amend(line)
    number = 1 + policy.read_text(encoding="utf-8").partition(line)[0].count("\n")
    for task in (
        jour.check_providers,
        jour.extract,
        jour.validate,
        jour.create_relances,
    ):
        with pytest.raises(Blocked) as refused:
            task(request())
        assert f"politique.toml, ligne {number} : {sentence}" in one_sentence(refused.value)
    assert (relances(office), office.exclusions(request())) == ([], {})
    policy.write_bytes(DEFAULT_FILE.read_bytes())
    assert office.create(request()).relances == 1
