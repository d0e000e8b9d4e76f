"""What great-expectations finds: a fault of the whole stops the run, a fault of a row sets the row aside."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from relances.rules.errors import Blocked
from relances.rules.validation import VolumeExtrait, page_folder
from relances.services.validation import validate
from relances.store.executions import Executions
from relances.store.validation import Validation
from tests.integration.office import Office, opened
from tests.integration.world import TODAY, ask, request
from tests.jour import politique
from tests.support import gabonese_numbers, one_sentence

pytestmark = pytest.mark.usefixtures("great_expectations")


def check(office: Office, docs: Path, run_id: str = "passage-1") -> int:
    """Validate what a run extracts."""
    office.extract(request(run_id))
    return check_extracted(office, docs, run_id)


def check_extracted(office: Office, docs: Path, run_id: str = "passage-1") -> int:
    url = make_url(office.relances_url).set(drivername="postgresql+psycopg")
    with opened("relances_db", office.relances_url) as relances:
        return validate(relances, url, Executions(relances).get(run_id), politique(), docs)


def refusal(office: Office, docs: Path) -> str:
    """The sentence that stops the run, before anything is excluded."""
    with pytest.raises(Blocked) as refused:
        check_extracted(office, docs)
    assert ask(office.relances_url, "SELECT * FROM relances.exclusion") == []
    return one_sentence(refused.value)


def last_payment(office: Office, days: int | None) -> None:
    """Make the latest payment that many days old at the run; None: there is none."""
    when = None if days is None else TODAY - timedelta(days=days)
    ask(office.relances_url, "UPDATE relances.execution SET derniere_collecte = %(when)s", when=when)


def earlier_runs(office: Office, volumes: list[int], **over: object) -> None:
    """Runs of the days before that extracted so much, the latest first."""
    for ago, creances in enumerate(volumes, start=1):
        day = TODAY - timedelta(days=ago)
        with psycopg.connect(office.relances_url, autocommit=True) as relances:
            execution = Executions(relances).open(request(f"avant-{ago}", day, **over), office.source.name)
            relances.execute(
                "UPDATE relances.execution SET creances = %s, equilibre = true, rapport = '', terminee_le = now() "
                "WHERE id = %s",
                (creances, execution.id),
            )


# --- rows ---


def test_a_faulty_row_is_set_aside_and_the_others_go_on(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office.owe(3)
    office.owes(4, exclusion="litige")
    office.owes(5, montant_du=0)
    office.owes(6, echeance=None)
    office.owes(7, creance="1")
    office.owes(8, montant_du=50_000_001)
    office.owes(9, montant_du=Decimal("NaN"))
    with caplog.at_level("WARNING", "relances"):
        assert check(office, tmp_path) == 6
    assert office.exclusions(request()) == {
        "4": "litige",
        "5": "montant_nul",
        "6": "echeance_invalide",
        "8": "montant_demesure",
        "9": "montant_demesure",
        "1": "doublon",
    }
    found = " ".join(caplog.messages)
    assert all(f"({column}) : " in found for column in ("exclusion", "montant_du", "echeance", "doublons"))
    assert office.create(request()).relances == 3


def test_of_a_creance_extracted_twice_the_first_sound_row_stays(office: Office, tmp_path: Path) -> None:
    office.owes(1, creance="7", montant_du=0)
    office.owes(2, creance="7")
    office.owes(3, creance="7")
    check(office, tmp_path)
    rows = ask(
        office.relances_url,
        "SELECT c.contribuable_id, x.code FROM relances.exclusion x JOIN relances.creance_extraite c USING (rang)",
    )
    assert {row["contribuable_id"]: row["code"] for row in rows} == {"1": "montant_nul", "3": "doublon"}


def test_the_suite_breaks_on_exactly_the_rows_that_are_excluded(office: Office, tmp_path: Path) -> None:
    """Each fault alone, and with each other."""
    montants = (None, -1, 0, Decimal("0.004"), Decimal("0.005"), 50_000_000, 50_000_001)
    past = TODAY - timedelta(days=10)
    ways = [
        *((montant, past, 10, None) for montant in montants),
        *((15_000, echeance, 10, None) for echeance in (None, TODAY, TODAY + timedelta(days=1))),
        *((15_000, echeance, 10, None) for echeance in (date(1999, 12, 31), date(2000, 1, 1), date(2205, 1, 1))),
        *((15_000, past, jours, None) for jours in (2_147_483_647, -2_147_483_648, 9_000)),
        *product((15_000, 0), (past, None), (10, None), (None, "litige")),
    ]
    office.owe(len(ways))
    office.owes(1_000, creance="1000")
    office.owes(1_001, creance="1000")
    office.extract(request())
    change = """
        UPDATE relances.creance_extraite
        SET montant_du = %s, echeance = %s, jours_retard = %s, exclusion = %s WHERE creance_id = %s
    """
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        relances.cursor().executemany(change, [(*way, str(number)) for number, way in enumerate(ways, start=1)])
    office.set_aside(request())
    excluded = ask(
        office.relances_url,
        "SELECT rang, code FROM relances.exclusion x JOIN relances.creance_extraite c USING (rang)",
    )
    assert broken_rows(office, tmp_path) == {row["rang"] for row in excluded if row["code"] != "doublon"}
    assert 0 < len(excluded) < len(ways)
    assert [row["code"] for row in excluded].count("doublon") == 1


def broken_rows(office: Office, docs: Path) -> set[int]:
    """The rows that break the suite, as great-expectations itself names them."""
    from relances.services import validation_suite as suite

    url = make_url(office.relances_url).set(drivername="postgresql+psycopg")
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        validation = Validation(relances, Executions(relances).get("passage-1"), politique())
    context = suite._context(docs)
    source = suite._source(context, suite._in_session(url, validation.settings))
    expectations = suite.row_expectations(politique(), TODAY)
    outcome = suite._validation(context, source, "creance_a_valider", expectations).run(
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["rang"]}
    )
    broken = [result.result.get("unexpected_index_list") or [] for result in outcome.results if not result.success]
    assert all(len(rows) < 20 for rows in broken)  # it names no more
    return {int(row["rang"]) for rows in broken for row in rows}


def test_dates_that_python_has_not_are_counted_like_the_others(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office.owe(2)
    office.extract(request())
    rows = "SELECT 'x' || echeance, 'x', '{066123456}'::text[], 15000, 'XAF', echeance, 10"
    dates = "unnest(ARRAY['-infinity', '0044-03-15 BC', '300000-01-01']::date[]) AS impossible (echeance)"
    columns = "creance_id, contribuable_id, telephones, montant_du, devise, echeance, jours_retard, execution_id"
    ask(
        office.relances_url,
        f"INSERT INTO relances.creance_extraite ({columns}) {rows}, %(id)s FROM {dates}",
        id=office.execution(request()).id,
    )
    with caplog.at_level("WARNING", "relances"):
        assert check_extracted(office, tmp_path) == 3
    assert "echeance, expect_column_values_to_be_between(echeance) : 3 lignes" in caplog.messages
    assert set(office.exclusions(request()).values()) == {"echeance_invraisemblable"}


def test_validating_again_excludes_the_same(office: Office, tmp_path: Path) -> None:
    office.owe(2)
    office.owes(3, exclusion="moratoire")
    assert [check(office, tmp_path), check(office, tmp_path)] == [1, 1]
    assert office.exclusions(request()) == {"3": "moratoire"}


def test_only_the_run_s_own_extraction_is_checked(office: Office, tmp_path: Path) -> None:
    office.owes(1, devise="EUR")
    office.extract(request("essai"))
    ask(office.etaxe_url, "UPDATE dette SET devise = 'XAF'")
    assert check(office, tmp_path) == 0


# --- what stops the run ---


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("creance_id", None, "1 créances sans creance_id : corrigez overdue.sql"),
        ("contribuable_id", None, "1 créances sans contribuable_id, voyez 3 : corrigez overdue.sql"),
        ("devise", None, "1 créances dans une autre devise que XAF, voyez 3 : corrigez overdue.sql, ou source.devise"),
        ("devise", "EUR", "1 créances dans une autre devise que XAF, voyez 3 : corrigez overdue.sql, ou source.devise"),
    ],
)
def test_an_extraction_that_makes_no_sense_stops_the_run(
    office: Office, tmp_path: Path, column: str, value: str | None, said: str
) -> None:
    office.owe(2)
    office.owes(3, **{column: value})
    office.extract(request())
    assert said in refusal(office, tmp_path)


def test_the_failure_shows_at_most_ten_creances_and_nobody_s_name_or_number(office: Office, tmp_path: Path) -> None:
    for number in range(1, 31):
        office.owes(number, telephones=[f"01 72 00 {number:02d}"], nom="MBOUMBA")
    office.extract(request())
    message = refusal(office, tmp_path)
    assert (
        "0 % des 30 créances ont un numéro utilisable, il en faut 50 %, voyez 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 :"
        in message
    )
    assert "qualite.part_telephones dans politique.toml" in message
    assert "MBOUMBA" not in message
    assert "01 72" not in message
    assert gabonese_numbers(message) == []


def test_a_second_number_that_can_be_used_counts(office: Office, tmp_path: Path) -> None:
    for number in range(1, 31):
        office.owes(number, telephones=["NEANT", f"066{number:06d}"])
    assert check(office, tmp_path) == 0


def test_of_a_few_creances_no_share_is_asked(office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1, 20):
        office.owes(number, telephones=["NEANT"])
    with caplog.at_level("INFO", "relances"):
        assert check(office, tmp_path) == 0
    assert "non contrôlé : part_telephones : moins de 20 créances, la part ne dirait rien" in caplog.messages


@pytest.mark.parametrize(("days", "said"), [(6, "a 6 jours, plus que 5"), (None, "aucun paiement n'est connu")])
def test_a_feed_of_payments_that_is_stale_holds_the_run(
    office: Office, tmp_path: Path, days: int | None, said: str
) -> None:
    office.owe(2)
    office.extract(request())
    last_payment(office, days)
    message = refusal(office, tmp_path)
    assert said in message
    assert "qualite.fraicheur_jours dans politique.toml" in message


def test_a_payment_of_five_days_ago_is_fresh_enough(office: Office, tmp_path: Path) -> None:
    office.owe(2)
    office.extract(request())
    last_payment(office, 5)
    assert check_extracted(office, tmp_path) == 0


def test_a_payment_is_of_its_day_in_libreville(office: Office, tmp_path: Path) -> None:
    """23:30 UTC, six days before, is the next morning there."""
    office.owe(2)
    office.extract(request())
    when = f"{TODAY - timedelta(days=6)} 23:30+00"
    ask(office.relances_url, "UPDATE relances.execution SET derniere_collecte = %(when)s", when=when)
    assert check_extracted(office, tmp_path) == 0


# --- volume ---


@pytest.mark.parametrize("volumes", [[100, 100, 100], [10, 12, 14]])
def test_a_volume_out_of_the_usual_stops_the_run(office: Office, tmp_path: Path, volumes: list[int]) -> None:
    office.owe(30)
    earlier_runs(office, volumes)
    office.extract(request())
    message = refusal(office, tmp_path)
    assert f"30 créances au lieu de {volumes[1]} en moyenne sur 3 passages, un écart de plus de 50 %" in message
    assert "qualite.ecart_volume dans politique.toml" in message


def test_a_volume_within_the_band_goes_on(office: Office, tmp_path: Path) -> None:
    office.owe(30)
    earlier_runs(office, [20, 22, 21])
    assert check(office, tmp_path) == 0


def usual(office: Office) -> VolumeExtrait:
    """What the run has to compare with."""
    office.extract(request())
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        validation = Validation(relances, Executions(relances).get("passage-1"), politique())
        validation.set_session()
        return validation.volume()


def test_the_last_run_of_each_of_the_last_days_is_the_measure(office: Office) -> None:
    office.owe(30)
    earlier_runs(office, [10, 20, 30, 40, 50, 9_000])
    ask(
        office.relances_url,
        """
        INSERT INTO relances.execution (run_id, occasion, date_relance, source, simulation, jour_passage, parametres,
            creances, equilibre, rapport, terminee_le)
        SELECT 'deux-fois', occasion, date_relance, source, simulation, jour_passage, parametres, 60, true, '', now()
        FROM relances.execution WHERE run_id = 'avant-1'
        """,
    )
    assert usual(office) == VolumeExtrait(30, 5, Decimal(40))


@pytest.mark.parametrize(
    "other",
    [{"simulation": True}, {"jours_retard_min": 30}, {"categories": ["MARCHE"]}, {"campagne": "foire"}],
    ids=str,
)
def test_a_run_of_another_kind_is_no_measure(office: Office, other: dict[str, object]) -> None:
    office.owe(30)
    earlier_runs(office, [900], **other)
    assert usual(office) == VolumeExtrait(30, 0, None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE relances.execution SET equilibre = false",  # it did not account for all it extracted, or was held
        "UPDATE relances.execution SET jour_passage = jour_passage + 1",  # it ran today
        "UPDATE relances.execution SET source = 'autre'",
    ],
)
def test_a_run_that_says_nothing_of_what_is_usual_is_no_measure(office: Office, change: str) -> None:
    office.owe(30)
    earlier_runs(office, [900])
    ask(office.relances_url, change)
    assert usual(office) == VolumeExtrait(30, 0, None)


def test_two_runs_are_too_few_to_say_what_is_usual(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office.owe(30)
    earlier_runs(office, [900, 900])
    with caplog.at_level("INFO", "relances"):
        assert check(office, tmp_path) == 0
    assert any("non contrôlé : volume : 2 passages comparables, il en faut 3" in said for said in caplog.messages)


# --- a suite that cannot be evaluated ---


@pytest.mark.parametrize(
    "damage",
    [
        "DROP VIEW relances.execution_a_valider",
        "ALTER VIEW relances.creance_a_valider RENAME COLUMN devise TO monnaie",
    ],
)
def test_a_schema_that_the_suite_does_not_know_stops_the_run(office: Office, tmp_path: Path, damage: str) -> None:
    office.owe(2)
    office.extract(request())
    ask(office.relances_url, damage)
    assert "relances migrer" in refusal(office, tmp_path)


def test_a_column_of_another_type_stops_the_run(office: Office, tmp_path: Path) -> None:
    office.owe(2)
    office.extract(request())
    ask(
        office.relances_url,
        """
        DROP VIEW relances.execution_a_valider, relances.doublon_a_valider;
        ALTER VIEW relances.creance_a_valider RENAME TO vraie;
        CREATE VIEW relances.creance_a_valider AS SELECT rang, execution_id, creance_id, contribuable_id, nom, prenom,
            telephones, langue, categorie, libelle, montant_du::text AS montant_du, devise, echeance, jours_retard,
            derniere_relance, relances_agents, exclusion, faute FROM relances.vraie;
        CREATE VIEW relances.execution_a_valider AS SELECT 2::bigint AS creances, 0 AS doublons,
            1::float8 AS part_telephones, 0 AS age_collecte, 0::bigint AS passages, NULL::numeric AS volume_moyen
        """,
    )
    assert "relances migrer" in refusal(office, tmp_path)


def test_pages_that_cannot_be_written_stop_the_run(office: Office, tmp_path: Path) -> None:
    office.owe(2)
    office.extract(request())
    (tmp_path / "plein").write_text("")
    assert "vérifiez RELANCES_DATA_DOCS" in refusal(office, tmp_path / "plein")


# --- pages ---


def test_the_findings_are_written_as_pages_without_any_row_s_values(office: Office, tmp_path: Path) -> None:
    office.owes(1, montant_du=-123457, nom="MBOUMBA")
    office.owes(2)
    check(office, tmp_path / "docs")
    pages = [page.read_text() for page in (tmp_path / "docs").rglob("*.html")]
    assert any("montant_du" in page for page in pages)
    assert not any(value in page for page in pages for value in ("066000001", "MBOUMBA", "123457"))


def test_each_run_has_pages_of_its_own_and_a_second_try_replaces_them(office: Office, tmp_path: Path) -> None:
    office.owe(2)
    for run_id in ("passage-1", "manual__2026-11-21T08:00:00+01:00", "passage-1"):
        check(office, tmp_path, run_id)
    found = {folder.name: len(list(folder.glob("validations/*/*/*/*.html"))) for folder in tmp_path.glob("passage-*")}
    assert found == {page_folder("passage-1"): 2, "passage-manual__2026-11-21T08=3A00=3A00=2B01=3A00": 2}
