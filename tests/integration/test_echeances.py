"""Dates beyond sense, from any source: the row is set aside with its reason, and the run goes on without it."""

import csv
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from relances.store.rapport import Rapports
from relances.store.sources import Source
from tests import jour
from tests.integration.asked import import_contacts, preview
from tests.integration.office import OVERDUE, Office, write_source
from tests.integration.world import TODAY, ask, request
from tests.support import postgres_connection, write_policy

pytestmark = pytest.mark.usefixtures("connect")

INSANE = ["-infinity", "0001-01-31 BC", "4000-01-01 BC", "0001-01-31", "0202-12-18", "1900-01-31", "1999-12-31"]
FAR = ["infinity", "9999-12-31", "10000-01-01", "300000-01-01"]

# --- a second source ---


@pytest.mark.parametrize("echeance", [*INSANE, *FAR])
def test_an_echeance_that_cannot_be_true_sets_its_row_aside(office: Office, tmp_path: Path, echeance: str) -> None:
    office.owe(2)
    office.owes(3, echeance=echeance)
    everything = OVERDUE.replace("echeance IS NULL", "true")
    office.extract(request(), write_source(tmp_path / "source", everything))
    assert office.set_aside(request()) == 1
    assert office.exclusions(request()) == {"3": "echeance_invraisemblable"}
    assert office.create(request()).relances == 2


@pytest.mark.parametrize("jours", ["99999999999", "-99999999999", "2147483648", "100000", "'NaN'::float8"])
def test_days_of_lateness_that_no_debt_has_set_their_row_aside(office: Office, tmp_path: Path, jours: str) -> None:
    office.owe(2)
    late = OVERDUE.replace(
        "%(date_relance)s::date - echeance",
        f"CASE WHEN creance_id = '2' THEN {jours} ELSE %(date_relance)s::date - echeance END",
    )
    office.extract(request(), write_source(tmp_path / "source", late))
    office.set_aside(request())
    assert office.exclusions(request()) == {"2": "echeance_invraisemblable"}
    assert office.create(request()).relances == 1


def test_an_echeance_that_is_merely_to_come_is_as_before(office: Office, tmp_path: Path) -> None:
    office.owes(1, echeance=TODAY + timedelta(days=1))
    office.extract(request(), write_source(tmp_path / "source", OVERDUE.replace("echeance IS NULL", "true")))
    office.set_aside(request())
    assert office.exclusions(request()) == {"1": "echeance_invalide"}


@pytest.mark.parametrize(
    "when", ["-infinity", "infinity", "0001-01-01 BC", "0001-01-01", "9999-12-31", "200000-01-01", "2205-01-01"]
)
def test_a_reminder_of_a_day_that_cannot_be_does_not_count(office: Office, when: str) -> None:
    office.owes(1, derniere_relance=when)
    assert office.run(request()).relances == 1


@pytest.mark.parametrize("when", ["-infinity", "infinity", "0001-01-01 BC", "20000-01-01"])
def test_a_payment_of_a_day_that_cannot_be_is_none(office: Office, tmp_path: Path, when: str) -> None:
    source = tmp_path / office.source.name
    (source / "freshness.sql").write_text(f"SELECT '{when}'::timestamptz")
    office.owes(1)
    office.extract(request())
    assert ask(office.relances_url, "SELECT derniere_collecte FROM relances.execution") == [{"derniere_collecte": None}]


@pytest.mark.parametrize("montant", ["NaN", "Infinity", "-Infinity"])
def test_an_amount_that_is_no_number_sets_its_row_aside_and_adds_up_to_nothing(office: Office, montant: str) -> None:
    office.owes(1)
    office.owes(2, montant_du=montant)
    office.run(request())
    assert office.exclusions(request()).keys() == {"2"}
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        lines = Rapports(relances).balance(office.execution(request()))
    assert {line.place: line.montant for line in lines} == {"en_attente": 15_000, "exclue": 0}


def test_the_policy_says_which_echeances_are_believed(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = TODAY - timedelta(days=30)
    file = write_policy(tmp_path / "politique.toml", echeance_min=str(first))
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))
    office.owes(1, echeance=first)
    office.owes(2, echeance=first - timedelta(days=1))
    office.run(request())
    assert office.exclusions(request()) == {"2": "echeance_invraisemblable"}
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(f"tel;montant;echeance;objet\n066123456;1500;{first - timedelta(days=1)};Étal\n", "utf-8")
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(office.relances_url))
    said = import_contacts(contacts, "Marchés", TODAY, ignorer_erreurs=False).texte
    assert f"ligne 2, echeance : échéance invraisemblable : attendue du {first:%d/%m/%Y} au " in said


def test_a_run_that_an_insane_echeance_is_in_tells_what_changed_since_the_day_before(office: Office) -> None:
    """A delay of seven centuries is no higher niveau."""
    office.owe(1)
    yesterday = TODAY - timedelta(days=1)
    office.run(request("veille", yesterday))
    ask(office.etaxe_url, "UPDATE dette SET echeance = '1300-01-01'")
    office.run(request())
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        changes = Rapports(relances).changes(office.execution(request()), [0, 30, 90])
    assert changes is not None
    assert changes.montes == 0


# --- the tax application ---

UPSET = """
UPDATE affectation_taxe SET date_fin = NULL;
UPDATE affectation_taxe a SET date_debut = faux.debut::timestamp
FROM unnest(ARRAY['-infinity', 'infinity', '0001-12-31 BC', '4713-11-24 BC', '0001-01-01', '0202-01-01', '1899-12-31',
    '294276-12-01', '9999-12-31']) WITH ORDINALITY AS faux (debut, n)
WHERE a.id = (SELECT id FROM affectation_taxe WHERE actif ORDER BY id OFFSET faux.n LIMIT 1);
UPDATE affectation_taxe SET date_fin = 'infinity' WHERE id % 5 = 0;
UPDATE affectation_taxe SET date_fin = '-infinity' WHERE id % 17 = 0;
UPDATE relance r SET statut = 'envoyee', date_envoi = faux.jour::timestamp
FROM unnest(ARRAY['-infinity', 'infinity', '0001-12-31 BC', '294276-12-01']) WITH ORDINALITY AS faux (jour, n)
WHERE r.id = (SELECT id FROM relance ORDER BY id OFFSET faux.n LIMIT 1);
UPDATE info_collecte c SET date_collecte = faux.jour::timestamp
FROM unnest(ARRAY['-infinity', 'infinity', '0001-12-31 BC', '294276-12-01']) WITH ORDINALITY AS faux (jour, n)
WHERE c.id = (SELECT id FROM info_collecte ORDER BY id OFFSET faux.n LIMIT 1)
"""


@pytest.fixture
def etaxe_url(etaxe_url: str) -> str:
    with psycopg.connect(etaxe_url) as etaxe:
        etaxe.execute(UPSET)
    return etaxe_url


@pytest.mark.usefixtures("great_expectations")
def test_the_tax_application_s_insane_dates_stop_no_task_of_the_run(
    etaxe_url: str, relances_url: str, tmp_path: Path
) -> None:
    asked = request(jours_retard_min=0)
    jour.extract(asked)
    jour.validate(asked)
    jour.create_relances(asked)
    jour.write_back(asked)
    report = jour.report(asked)
    assert "## Bilan : équilibré" in report
    assert "échéance trop ancienne ou trop lointaine pour être vraie" in report
    excluded = ask(
        relances_url,
        "SELECT c.echeance::text FROM relances.exclusion JOIN relances.creance_extraite c USING (rang) "
        "WHERE code = 'echeance_invraisemblable'",
    )
    assert "-infinity" in {row["echeance"] for row in excluded}
    assert ask(relances_url, "SELECT min(echeance) >= '2000-01-01' AS sane FROM relances.relance") == [{"sane": True}]
    creances = [row["id"] for row in ask(etaxe_url, "SELECT id::text FROM affectation_taxe")]
    with psycopg.connect(etaxe_url) as etaxe:
        told = etaxe.execute(
            Source("collecte_taxe").statement("balances.sql", etaxe), {"creance_ids": creances, "date_relance": TODAY}
        )
        assert {row[0] for row in told} == set(creances)

    assert "échéance trop ancienne" in preview({}, tmp_path / "apercu.csv")
    with (tmp_path / "apercu.csv").open(encoding="utf-8-sig", newline="") as written:
        assert "echeance_invraisemblable" in {row["code"] for row in csv.DictReader(written, delimiter=";")}


@pytest.mark.usefixtures("connect")
def test_payments_of_days_that_cannot_be_say_nothing_of_how_fresh_they_are(etaxe_url: str) -> None:
    with psycopg.connect(etaxe_url, autocommit=True) as etaxe:
        latest = Source("collecte_taxe").latest_payment(etaxe)
        assert latest is not None
        assert latest.date() >= TODAY - timedelta(days=10)
        etaxe.execute("UPDATE info_collecte SET date_collecte = '-infinity'")
        assert Source("collecte_taxe").latest_payment(etaxe) is None
