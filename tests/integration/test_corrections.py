"""The numbers to correct: listed for the agents with the reason, summed up without naming anybody."""

import csv
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from relances.rendering.rapport import rapport
from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.services.rapport import look
from relances.store.corrections import Corrections
from relances.store.executions import Executions
from tests.integration.asked import list_corrections
from tests.integration.conftest import Connect
from tests.integration.office import Office, write_source
from tests.integration.world import TODAY, ask, request
from tests.jour import wording
from tests.support import one_sentence

pytestmark = pytest.mark.usefixtures("connect")

FIXED = "011 76 54 32"
WRONG = ["066123456", "06612", "NEANT", FIXED]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def listed(tmp_path: Path, passage: str | None = None) -> dict[str, dict[str, str]]:
    """The rows of the file, by contribuable."""
    path = tmp_path / "corrections.csv"
    list_corrections(passage, path)
    return {row["contribuable_id"]: row for row in table(path)}


@pytest.fixture
def day(office: Office) -> Request:
    """A day of four contribuables: one may be written to, the others' numbers are to be corrected."""
    for contribuable, telephone in enumerate(WRONG, start=1):
        office.owes(contribuable, telephones=[telephone])
    office.owes(2, creance="2b", telephones=["06612"], montant_du=5_000)
    office.run(request())
    return request()


def test_each_number_to_correct_is_listed_with_its_reason(day: Request, tmp_path: Path) -> None:
    rows = listed(tmp_path)
    assert {key: row["code"] for key, row in rows.items()} == {
        "2": "telephone_absent",
        "3": "telephone_absent",
        "4": "ligne_fixe",
    }
    assert rows["4"] == {
        "contribuable_id": "4",
        "nom": "ONDO",
        "prenom": "Marie",
        "telephone": FIXED,
        "numero": "",
        "code": "ligne_fixe",
        "raison": "ligne fixe : ne reçoit pas de message",
        "que_faire": "demander un numéro mobile",
        "creances": "1",
        "montant": "15000",
    }
    assert (rows["2"]["creances"], rows["2"]["montant"]) == ("2", "20000")


def test_a_number_found_unreachable_since_is_listed_too(
    day: Request, office: Office, relances_url: str, tmp_path: Path
) -> None:
    ask(relances_url, "UPDATE relances.relance SET statut = 'echec', code = '1', close_le = now()")
    assert "1" not in listed(tmp_path)
    mark_unreachable(relances_url)
    assert listed(tmp_path)["1"]["code"] == "injoignable"


def mark_unreachable(url: str) -> None:
    ask(
        url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur) "
        "SELECT telephone, canal, 'injoignable', '1', fournisseur FROM relances.relance",
    )


def test_a_number_of_the_old_plan_is_listed_and_reminded_all_the_same(office: Office, tmp_path: Path) -> None:
    office.owes(1, telephones=["06 12 34 56"])
    office.owes(2)
    office.owes(3, telephones=["NEANT"])
    office.run(request())
    assert office.exclusions(request()).keys() == {"3"}
    rows = listed(tmp_path)
    assert [(key, row["code"]) for key, row in rows.items()] == [("3", "telephone_absent"), ("1", "ancien_plan")]
    assert (rows["1"]["telephone"], rows["1"]["numero"]) == ("06 12 34 56", "'+24166123456")
    assert rows["1"]["que_faire"] == "rien ne presse : corriger le numéro à l'occasion"
    assert "relancé à un numéro de l'ancien plan" in list_corrections(None, None)


def test_the_latest_real_run_is_listed(day: Request, office: Office, tmp_path: Path) -> None:
    office.owes(9, telephones=["NEANT"])
    for later in (
        request("essai", simulation=True),
        request("zoom", fournisseur="zoom"),
        request("marche", categories=["MARCHE"]),
    ):
        office.extract(later)
    assert "9" not in listed(tmp_path)

    office.run(request("soir"))
    assert "9" in listed(tmp_path)
    assert "9" not in listed(tmp_path, "passage-1")


def test_each_source_s_latest_run_is_listed(day: Request, office: Office, tmp_path: Path) -> None:
    office.owes(9, telephones=["NEANT"])
    other = replace(office, source=write_source(tmp_path / "ailleurs"))
    other.run(request("ailleurs"))
    ids = [row["contribuable_id"] for row in table_of_all(tmp_path)]
    assert ids.count("4") == 2
    assert ids.count("9") == 1


def table_of_all(tmp_path: Path) -> list[dict[str, str]]:
    path = tmp_path / "corrections.csv"
    list_corrections(None, path)
    return table(path)


def test_where_a_person_named_a_fournisseur_another_country_s_number_is_no_mistake(
    office: Office, connect: Connect, tmp_path: Path
) -> None:
    connect("zoom")
    office.owes(1)
    office.owes(2, telephones=[FIXED])
    office.run(request(fournisseur="zoom"))
    assert office.exclusions(request())["1"] == "hors_region"
    assert listed(tmp_path, "passage-1").keys() == {"2"}


def test_the_summary_shows_no_name_and_no_whole_number(day: Request) -> None:
    told = list_corrections(None, None)
    assert f"passage-1 ({TODAY:%d/%m/%Y})" in told
    assert "pas de numéro de téléphone" in told
    assert "ligne fixe" in told
    for secret in ("ONDO", "Marie", FIXED, FIXED.replace(" ", ""), *WRONG):
        assert secret not in told


def test_the_summary_shows_twenty_lines_and_counts_the_rest(office: Office) -> None:
    for contribuable in range(25):
        office.owes(contribuable, telephones=["NEANT"])
    office.run(request())
    told = list_corrections(None, None)
    assert sum("15 000 FCFA" in line for line in told.splitlines()) == 20
    assert "… et 5 autres : donnez --csv FICHIER" in told


def test_nothing_to_correct_is_said(office: Office) -> None:
    office.owes(1)
    office.run(request())
    assert "Aucun numéro à corriger." in list_corrections(None, None)


def test_the_report_counts_what_the_list_has(
    day: Request, relances: psycopg.Connection, relances_url: str, tmp_path: Path
) -> None:
    ask(relances_url, "UPDATE relances.relance SET statut = 'echec', code = '1', close_le = now()")
    mark_unreachable(relances_url)
    codes = [row["code"] for row in listed(tmp_path).values()]
    execution = Executions(relances).get(day.run_id)
    counts = Corrections(relances).counts(execution, [*dict.fromkeys(codes)])
    assert counts == {code: codes.count(code) for code in codes}
    said = wording()
    text = rapport(look(relances, execution, said), said.explications)
    assert "`relances corrections --passage passage-1 --csv corrections.csv`" in text


def test_the_file_is_its_owner_s_alone_and_opens_in_a_spreadsheet(day: Request, tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text("d'avant")
    path.chmod(0o644)
    told = list_corrections(None, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbfcontribuable_id;nom;prenom;telephone;")
    assert "3 numéros à corriger écrits dans" in told
    assert "à supprimer après usage" in told
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_what_was_typed_as_a_formula_does_not_run(office: Office, tmp_path: Path) -> None:
    office.owes(1, nom='=HYPERLINK("http://x";"Y")', telephones=["+241 2"])
    office.run(request())
    assert listed(tmp_path)["1"]["nom"] == '\'=HYPERLINK("http://x";"Y")'
    assert listed(tmp_path)["1"]["telephone"] == "'+241 2"


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(day: Request, tmp_path: Path) -> None:
    for path in (tmp_path / "absent" / "corrections.csv", tmp_path):
        with pytest.raises(Blocked) as refused:
            list_corrections(None, path)
        assert str(path) in one_sentence(refused.value)
    assert not (tmp_path / "absent").exists()


def test_without_a_run_there_is_nothing_to_list(relances_url: str) -> None:
    with pytest.raises(Blocked, match="aucun passage"):
        list_corrections(None, None)
    with pytest.raises(Blocked, match="le passage inconnu n'a rien extrait"):
        list_corrections("inconnu", None)


def test_the_command_prints_the_summary(day: Request) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", "corrections", "--passage=passage-1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == list_corrections("passage-1", None) + "\n"
