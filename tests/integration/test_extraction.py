"""From the tax application's database to the pipeline's: all of a day's overdue creances, or everything as it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from relances.rules.errors import Blocked
from relances.store.sources import CONTRACT, Source
from tests.conftest import NewDatabase
from tests.integration.office import OVERDUE, Office, write_source
from tests.integration.world import TODAY, Row, ask, request
from tests.support import one_sentence


def staged(office: Office) -> list[Row]:
    return ask(office.relances_url, "SELECT * FROM relances.creance_extraite ORDER BY rang")


def everything(office: Office) -> list[list[Row]]:
    """All that an extraction may write."""
    tables = ("execution", "creance_extraite", "exclusion")
    return [ask(office.relances_url, f"SELECT * FROM relances.{table} ORDER BY 1") for table in tables]  # noqa: S608


def refusal(office: Office, source: Source | None = None, **over: object) -> str:
    """The sentence of an extraction that is refused and changes nothing."""
    before = everything(office)
    with pytest.raises(Blocked) as refused:
        office.extract(request(**over), source)  # type: ignore[arg-type]
    assert everything(office) == before
    return one_sentence(refused.value)


# --- what is stored ---


def test_every_column_of_the_contract_arrives(office: Office) -> None:
    office.owes(
        7,
        creance="A-1",
        nom='N\'DONG\t"Ali" \\ 😀',
        prenom=None,
        telephones=["066123456", None, "a,b{}"],
        montant_du="1234.56",
        exclusion="litige",
        derniere_relance="2026-11-01 10:00+00",
    )
    assert office.extract(request()) == 1
    row = staged(office)[0]
    assert [row[name] for name in ("creance_id", "contribuable_id", "nom", "prenom", "exclusion")] == [
        "A-1",
        "7",
        'N\'DONG\t"Ali" \\ 😀',
        None,
        "litige",
    ]
    assert row["telephones"] == ["066123456", None, "a,b{}"]
    assert str(row["montant_du"]) == "1234.56"
    assert (row["echeance"], row["jours_retard"]) == (TODAY - timedelta(days=10), 10)
    assert row["derniere_relance"] == ask(office.etaxe_url, "SELECT derniere_relance FROM dette")[0]["derniere_relance"]


def test_the_columns_may_come_in_any_order_with_others_beside_them(office: Office, tmp_path: Path) -> None:
    office.owes(7)
    shuffled = ", ".join(["1 AS autre", *sorted(CONTRACT)]) + f" FROM ({OVERDUE.rstrip().removesuffix(';')}) AS o"
    office.extract(request(), write_source(tmp_path / "melangee", f"SELECT {shuffled}"))
    assert [(row["contribuable_id"], row["nom"]) for row in staged(office)] == [("7", "ONDO")]


def test_the_request_s_day_counts_and_not_the_clock_s(office: Office) -> None:
    office.owes(1, retard=10)
    assert (
        office.extract(request("veille", jours_retard_min=10, date_relance=(TODAY - timedelta(days=1)).isoformat()))
        == 0
    )
    assert office.extract(request("jour", jours_retard_min=10)) == 1


def test_only_the_categories_asked_for_are_extracted(office: Office) -> None:
    office.owes(1, categorie="MARCHE")
    office.owes(2, categorie="TAXI")
    assert office.extract(request(categories=["TAXI"])) == 1
    assert [row["categorie"] for row in staged(office)] == ["TAXI"]


def test_a_day_without_a_creance_is_no_error_where_others_have_some(office: Office) -> None:
    office.owes(1, retard=10)
    assert office.extract(request(jours_retard_min=300)) == 0


# --- again ---


def test_a_second_extraction_replaces_the_first_and_its_exclusions(office: Office) -> None:
    office.owes(1, exclusion="litige")
    office.owes(2)
    office.extract(request())
    office.set_aside(request())
    ask(office.etaxe_url, "DELETE FROM dette WHERE contribuable_id = '1'")
    assert office.extract(request()) == 1
    assert [row["creance_id"] for row in staged(office)] == ["2"]
    assert office.exclusions(request()) == {}
    assert len(ask(office.relances_url, "SELECT 1 FROM relances.execution")) == 1


def test_two_runs_keep_their_extractions_apart(office: Office) -> None:
    office.owe(3)
    office.extract(request("passage-1"))
    office.extract(request("passage-2"))
    office.extract(request("passage-2"))
    rows = ask(office.relances_url, "SELECT count(*) FROM relances.creance_extraite GROUP BY execution_id")
    assert rows == [{"count": 3}, {"count": 3}]


# --- what goes wrong ---


def test_a_column_missing_from_overdue_sql_is_named(office: Office, tmp_path: Path) -> None:
    office.owes(1)
    lacking = write_source(tmp_path / "lacunaire", OVERDUE.replace("langue, ", "").replace(", exclusion", ""))
    assert "overdue.sql ne donne pas exclusion, langue" in refusal(office, lacking)


def test_an_unknown_category_is_named_with_those_there_are(office: Office) -> None:
    office.owes(1, categorie="MARCHE")
    office.owes(2, categorie="TAXI")
    message = refusal(office, categories=["MARCHE", "VELO"])
    assert message.startswith("catégorie inconnue : VELO ; choisissez parmi MARCHE, TAXI")


def test_a_source_without_any_debt_is_taken_for_the_wrong_database(office: Office) -> None:
    assert "que la connexion etaxe_db vise la bonne base" in refusal(office)


def test_a_source_that_became_empty_leaves_the_earlier_extraction(office: Office) -> None:
    office.owe(2)
    office.extract(request())
    ask(office.etaxe_url, "TRUNCATE dette")
    refusal(office)
    assert len(staged(office)) == 2


def test_a_table_that_is_not_there_is_said_of_the_tax_database(office: Office, tmp_path: Path) -> None:
    elsewhere = write_source(tmp_path / "ailleurs", OVERDUE.replace("FROM dette", "FROM creances_2019"))
    message = refusal(office, elsewhere)
    assert message.startswith("base etaxe_db : ")
    assert "creances_2019" in message


def test_overdue_sql_that_is_no_sql_is_said_of_the_tax_database(office: Office, tmp_path: Path) -> None:
    assert refusal(office, write_source(tmp_path / "faux", "SELEC 1")).startswith("base etaxe_db : ")


def test_a_pipeline_database_without_its_schema_is_named(office: Office, new_database: NewDatabase) -> None:
    office.owes(1)
    unmigrated = Office(office.source, office.etaxe_url, new_database("vide"))
    with pytest.raises(Blocked, match=r"base relances_db : .*relances migrer"):
        unmigrated.extract(request())


def test_an_error_in_the_middle_leaves_the_earlier_extraction(office: Office, tmp_path: Path) -> None:
    office.owe(2_000)
    office.extract(request())
    before = everything(office)
    fails_late = OVERDUE.replace("montant_du,", "1000 / (1999 - rang) * montant_du AS montant_du,")
    with pytest.raises(Blocked, match="base etaxe_db : DivisionByZero"):
        office.extract(request(), write_source(tmp_path / "tardive", fails_late))
    assert everything(office) == before


@pytest.mark.parametrize(
    "name", ["inconnue", "", ".", "..", "../dettes", "dettes/../dettes", "Dettes", "dettes\n", "x" * 5_000]
)
def test_an_unknown_tax_system_is_named(office: Office, name: str) -> None:
    assert "corrigez source.nom dans politique.toml" in refusal(office, Source(name))


def test_the_sql_of_a_folder_that_is_no_tax_system_never_runs(office: Office, tmp_path: Path) -> None:
    write_source(tmp_path / "ailleurs", "DROP TABLE dette")
    for name in (str(tmp_path / "ailleurs"), f"../../../../../../..{tmp_path}/ailleurs", "./ailleurs", "ailleurs/"):
        assert "corrigez source.nom" in refusal(office, Source(name))
    assert ask(office.etaxe_url, "SELECT count(*) AS n FROM dette") == [{"n": 0}]


def test_a_user_without_rights_is_named(office: Office, relances_url: str) -> None:
    office.owes(1)
    ask(office.etaxe_url, "DROP ROLE IF EXISTS sans_droit; CREATE ROLE sans_droit LOGIN")
    stranger = Office(office.source, office.etaxe_url.replace("postgres@", "sans_droit@"), relances_url)
    message = refusal(stranger)
    assert message.startswith("base etaxe_db : ")
    assert "vérifiez l'utilisateur et ses droits" in message


def test_the_extraction_s_day_may_be_long_past(office: Office) -> None:
    office.owes(1, retard=400)
    asked = request(date_relance="2025-11-21")
    assert office.extract(asked) == 1
    assert staged(office)[0]["jours_retard"] == 400 - (TODAY - asked.date_relance).days
