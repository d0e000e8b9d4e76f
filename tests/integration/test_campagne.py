"""People who are not in the tax application: imported from a spreadsheet, then reminded like the others, once."""

import csv
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from relances.cli.__main__ import main
from relances.rules.errors import Blocked
from relances.rules.line_log import MOST
from relances.rules.request import Request
from relances.store.sources import CONTACTS, Source
from tests import jour
from tests.integration import asked as oppositions
from tests.integration.asked import CompteRendu, import_contacts
from tests.integration.invariants import invariants
from tests.integration.provider import Provider
from tests.integration.world import TODAY, Row, ask, request
from tests.support import gabonese_numbers, one_sentence, wait_until

pytestmark = pytest.mark.usefixtures("connect")
TITLES = "Téléphone;Montant dû;Échéance;Objet;Nom;Langue"
DUE = f"{TODAY - timedelta(days=40):%d/%m/%Y}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "marches.csv"


def fill(file: Path, *lines: str, encoding: str = "cp1252") -> Path:
    file.write_text("\r\n".join([TITLES, *lines, ""]), encoding=encoding)
    return file


def bring(file: Path, *lines: str, campagne: str = "Marchés", ignorer_erreurs: bool = False) -> CompteRendu:
    """Import these lines."""
    return import_contacts(fill(file, *lines), campagne, TODAY, ignorer_erreurs=ignorer_erreurs)


def contacts(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.contact ORDER BY id")


def errors(file: Path) -> list[list[str]]:
    with file.with_name(f"{file.stem}.erreurs.csv").open(encoding="utf-8-sig", newline="") as written:
        return list(csv.reader(written, delimiter=";"))


# --- importing ---


def test_every_line_is_a_creance(file: Path, relances_url: str) -> None:
    said = bring(
        file,
        f"66123456;15 000 FCFA;{DUE};Étal;N'DONG;fr",
        f"066123456;2.500,50;{DUE};Eau;;",
        f"077123456;0;{DUE};Étal;;",
    )
    assert (said.fait, said.texte) == (
        True,
        "Campagne Marchés, lignes lues : 3, créances ajoutées : 3, modifiées : 0, inchangées : 0, fusionnées : 0, "
        "refusées : 0 ; soldées : 1, pas encore échues : 0 ; contribuables : 2.",
    )
    rows = [
        (row["telephone"], row["montant_du"], row["libelle"], row["nom"], row["langue"])
        for row in contacts(relances_url)
    ]
    assert rows == [
        ("24166123456", Decimal(15_000), "Étal", "N'DONG", "fr"),
        ("24166123456", Decimal("2500.50"), "Eau", None, None),
        ("24177123456", Decimal(0), "Étal", None, None),
    ]


def test_importing_again_updates_amounts_and_adds_nothing_twice(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;fr", f"077123456;15000;{DUE};Étal;;")
    before = contacts(relances_url)
    assert (
        "ajoutées : 0, modifiées : 0, inchangées : 2"
        in bring(file, f"+241 66 12 34 56;15000;{DUE};Étal;;", f"077123456;15000;{DUE};Étal;;").texte
    )
    assert contacts(relances_url) == before
    assert (
        "ajoutées : 1, modifiées : 1, inchangées : 0"
        in bring(file, f"066123456;5000;{DUE};Étal;;", f"066123456;5000;{DUE};Eau;;").texte
    )
    after = [(row["id"], row["montant_du"], row["nom"]) for row in contacts(relances_url)]
    assert after == [(before[0]["id"], 5000, "ONDO"), (before[1]["id"], 15_000, None), (after[2][0], 5000, None)]


def test_the_same_line_twice_counts_once(file: Path, relances_url: str) -> None:
    assert "créances ajoutées : 1" in bring(file, *[f"066123456;15000;{DUE};Étal;;"] * 2).texte
    assert len(contacts(relances_url)) == 1


def test_a_couple_with_one_telephone_are_two_people(file: Path, relances_url: str) -> None:
    said = bring(file, f"066123456;15000;{DUE};Étal;ONDO Marie;", f"066123456;15000;{DUE};Étal;ONDO Jean;")
    assert "lignes lues : 2, créances ajoutées : 2" in said.texte
    assert "contribuables : 2." in said.texte
    jour.extract(campaign())
    rows = ask(relances_url, "SELECT nom, contribuable_id FROM relances.creance_extraite ORDER BY creance_id")
    first, second = (row["id"] for row in contacts(relances_url))
    assert [(row["nom"], row["contribuable_id"]) for row in rows] == [
        ("ONDO Marie", f"c{first}"),
        ("ONDO Jean", f"c{second}"),
    ]


def test_a_couple_may_owe_different_amounts(file: Path, relances_url: str) -> None:
    assert bring(file, f"066123456;15000;{DUE};Étal;ONDO Marie;", f"066123456;5000;{DUE};Étal;ONDO Jean;").fait
    assert [row["montant_du"] for row in contacts(relances_url)] == [15_000, 5_000]


@pytest.mark.parametrize(
    "again", ["ondo  marie", "Marie ONDO", "Ondo, Marie", "ÔNDO MARIE", "On´do·Marie", "Ondo–Marie"]
)
def test_a_name_written_otherwise_is_the_same_person(file: Path, relances_url: str, again: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO Marie;")
    assert "ajoutées : 0, modifiées : 1" in bring(file, f"066123456;5000;{DUE};Étal;{again};").texte
    [row] = contacts(relances_url)
    assert (row["montant_du"], row["nom"]) == (5_000, " ".join(again.split()))


def test_every_line_that_is_merged_is_told_with_the_line_that_it_repeats(file: Path) -> None:
    line = f"066123456;15000;{DUE};Étal;ONDO;"
    said = bring(file, line, f"077123456;15000;{DUE};Étal;;", line, f"+241 66 12 34 56;15000;{DUE};Étal;ondo;")
    assert said.texte.splitlines()[:2] == [
        f"ligne {n} : même numéro, même libellé et même échéance qu'à la ligne 2, pour la même personne et le même "
        "montant : fusionnée"
        for n in (4, 5)
    ]
    assert "lignes lues : 4, créances ajoutées : 2, modifiées : 0, inchangées : 0, fusionnées : 2, refusées : 0" in (
        said.texte
    )
    with file.with_name("marches.remarques.csv").open(encoding="utf-8-sig", newline="") as written:
        assert [row[0] for row in csv.reader(written, delimiter=";")] == ["ligne", "4", "5"]


def test_a_line_without_a_name_is_of_the_one_person_who_owes_the_same(file: Path, relances_url: str) -> None:
    said = bring(file, f"066123456;15000;{DUE};Étal;;", f"066123456;15000;{DUE};Étal;ONDO;")
    assert "ligne 2 : même numéro" in said.texte
    [row] = contacts(relances_url)
    assert row["nom"] == "ONDO"


COUPLE = [f"066123456;15000;{DUE};Étal;ONDO;", f"066123456;15000;{DUE};Étal;MBA;"]


def test_a_line_without_a_name_is_refused_beside_two_people_who_owe_the_same(file: Path, relances_url: str) -> None:
    said = bring(file, *COUPLE, f"066123456;15000;{DUE};Étal;;")
    assert "ligne 4 : sans nom, alors que plusieurs personnes" in said.texte
    assert contacts(relances_url) == []


def test_a_line_without_a_name_is_refused_where_two_people_were_imported(file: Path, relances_url: str) -> None:
    bring(file, *COUPLE)
    assert "ligne 2 : sans nom, alors que plusieurs personnes" in bring(file, f"066123456;9000;{DUE};Étal;;").texte
    assert [row["montant_du"] for row in contacts(relances_url)] == [15_000, 15_000]


def test_another_name_at_a_later_import_is_refused_since_it_may_be_the_same_person(
    file: Path, relances_url: str
) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;")
    said = bring(file, f"066123456;15000;{DUE};Étal;ONDO Marie;")
    assert "ligne 2 : un import précédent donne à ce numéro le même libellé et la même échéance sous un autre nom" in (
        said.texte
    )
    assert [row["nom"] for row in contacts(relances_url)] == ["ONDO"]


def test_another_name_beside_the_first_is_another_person(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;")
    assert bring(file, f"066123456;15000;{DUE};Étal;MBA;", f"066123456;15000;{DUE};Étal;ONDO;").fait
    assert [row["nom"] for row in contacts(relances_url)] == ["ONDO", "MBA"]
    assert bring(file, f"066123456;9000;{DUE};Étal;MBA;").fait


def test_a_name_said_twice_is_not_said_once(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;", f"066123456;5000;{DUE};Étal;ONDO ONDO;")
    assert [row["montant_du"] for row in contacts(relances_url)] == [15_000, 5_000]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("066123456 / 077123456", "077123456 / 066123456"),
        ("066123456", "077123456 / 066123456"),
        ("066123456 / 077123456", "077123456"),
    ],
)
def test_a_number_among_others_is_known_again(file: Path, relances_url: str, before: str, after: str) -> None:
    bring(file, f"{before};15000;{DUE};Étal;ONDO;")
    assert "ajoutées : 0, modifiées : 1" in bring(file, f"{after};15000;{DUE};Étal;ONDO;").texte
    assert [row["saisie"] for row in contacts(relances_url)] == [after]


def test_a_debt_without_a_name_goes_with_the_person_who_is_named_later(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;", f"066123456;9000;{DUE};Eau;;")
    bring(file, f"066123456;9000;{DUE};Eau;MBA;")
    jour.extract(campaign())
    of = extracted(relances_url)
    assert of["Étal"] != of["Eau"]


def test_silence_follows_whoever_leaves_a_contribuable(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;", f"066123456;9000;{DUE};Eau;;")
    oppositions.add(f"c{contacts(relances_url)[0]['id']}", None, None)
    bring(file, f"066123456;9000;{DUE};Eau;MBA;")
    silent = {row["contribuable_id"] for row in ask(relances_url, "SELECT contribuable_id FROM relances.opposition")}
    assert silent == {f"c{row['id']}" for row in contacts(relances_url)}


def test_a_name_that_comes_later_makes_nobody_new(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;;")
    before = contacts(relances_url)[0]["id"]
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;", f"066123456;2500;{DUE};Eau;ONDO;")
    jour.extract(campaign())
    assert set(extracted(relances_url).values()) == {f"c{before}"}


def test_an_import_accounts_for_every_line_that_it_read(file: Path) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;ONDO;", f"077123456;15000;{DUE};Étal;MBA;")
    said = bring(
        file,
        f"066123456;15000;{DUE};Étal;ONDO;",
        f"077123456;9000;{DUE};Étal;MBA;",
        f"062123456;15000;{DUE};Étal;OYE;",
        f"062123456;15000;{DUE};Étal;OYE;",
        "",
        "077 12 34 5O;15000;31-31-31;Étal;NZE;",
        ignorer_erreurs=True,
    )
    assert (
        "lignes lues : 5, créances ajoutées : 1, modifiées : 1, inchangées : 1, fusionnées : 1, refusées : 1 ;"
        in said.texte
    )


def test_a_file_refused_says_how_many_lines_were_read_and_refused(file: Path) -> None:
    said = bring(file, f"066123456;15000;{DUE};Étal;ONDO;", "x;y;z;Étal;;")
    assert said.texte.splitlines()[-1] == "Lignes lues : 2, refusées : 1."


@pytest.mark.usefixtures("great_expectations", "docs")
def test_a_cell_of_two_numbers_reaches_its_person_by_the_second_where_the_first_takes_no_message(
    file: Path, relances_url: str
) -> None:
    bring(file, f"011723456 / 066123456;15000;{DUE};Étal;ONDO;")
    asked = campaign()
    jour.extract(asked)
    jour.validate(asked)
    assert jour.create_relances(asked) == 1
    assert ask(relances_url, "SELECT telephone FROM relances.relance") == [{"telephone": "24166123456"}]


def test_two_amounts_for_one_creance_are_a_fault(file: Path, relances_url: str) -> None:
    said = bring(file, f"066123456;15000;{DUE};Étal;;", f"66123456;5000;{DUE};Étal;;")
    assert "ligne 3, Montant dû : même numéro, même libellé et même échéance qu'à la ligne 2" in said.texte
    assert contacts(relances_url) == []


def test_no_line_of_a_contradiction_is_imported_where_faults_are_ignored(file: Path, relances_url: str) -> None:
    said = bring(
        file,
        f"066123456;15000;{DUE};Étal;;",
        f"66123456;15000;{DUE};Étal;;",
        f"066123456;5000;{DUE};Étal;;",
        f"066123456;5000;{DUE};Eau;;",
        ignorer_erreurs=True,
    )
    assert [row["libelle"] for row in contacts(relances_url)] == ["Eau"]
    contradictions = [line for line in said.texte.splitlines() if "même numéro" in line]
    assert [(line.split(",")[0], line[line.index("qu'à") :].split(",")[0]) for line in contradictions] == [
        ("ligne 2", "qu'à la ligne 4"),
        ("ligne 3", "qu'à la ligne 4"),
        ("ligne 4", "qu'à la ligne 2"),
    ]


def test_what_our_own_tables_protect_is_read_as_it_was(file: Path, relances_url: str) -> None:
    bring(file, f"'066123456;'15000;'{DUE};'3-12;'=ONDO;")
    [row] = contacts(relances_url)
    assert (row["telephone"], row["montant_du"], row["libelle"], row["nom"]) == ("24166123456", 15_000, "3-12", "=ONDO")


def test_another_campaign_has_creances_of_its_own(file: Path, relances_url: str) -> None:
    for campagne in ("Marchés", " Taxis  2026 "):
        bring(file, f"066123456;15000;{DUE};Étal;;", campagne=campagne)
    assert [row["campagne"] for row in contacts(relances_url)] == ["Marchés", "Taxis 2026"]


def test_a_fault_leaves_everything_as_it_was_and_tells_them_all(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;;")
    before = contacts(relances_url)
    wrong = ["2,41E+11;15000;18-12-25;Étal;;"] + ["0661234;15000;18/12/2025;Étal;=HYPERLINK(1);"] * 30
    said = bring(file, f"066123456;1;{DUE};Étal;;", *wrong)
    assert not said.fait
    assert contacts(relances_url) == before
    lines = said.texte.splitlines()
    assert lines[0].startswith("ligne 3, Téléphone : le tableur a remplacé le numéro par une puissance de dix")
    assert lines[1].startswith("ligne 3, Échéance : date ambiguë")
    assert lines[19:22] == [
        "ligne 21, Téléphone : numéro invalide",
        "… et 12 autres.",
        f"32 erreurs, toutes dans {file.with_name('marches.erreurs.csv')} (noms et numéros : lisible de vous seul "
        "(0600), à supprimer après usage).",
    ]
    assert lines[22].startswith("Rien n'est importé")
    assert "0661234" not in said.texte
    told = errors(file)
    assert (told[0], len(told)) == (["ligne", "colonne", "raison", "valeur"], 33)
    assert told[1][3] == "'2,41E+11"


def test_faults_may_be_ignored_and_the_rest_imported(file: Path, relances_url: str) -> None:
    said = bring(file, "=1+1;15000;18/12/2025;Étal;;", f"066123456;15000;{DUE};Étal;;", ignorer_erreurs=True)
    assert said.fait
    assert said.texte.splitlines()[-1].startswith("Campagne Marchés, lignes lues : 2, créances ajoutées : 1")
    assert "refusées : 1 ;" in said.texte
    assert len(contacts(relances_url)) == 1
    assert errors(file)[1] == ["2", "Téléphone", "numéro trop court", "'=1+1"]


def test_the_faults_of_an_earlier_import_do_not_stay(file: Path) -> None:
    bring(file, "x;15000;18/12/2025;Étal;;")
    assert errors(file)
    bring(file, f"066123456;15000;{DUE};Étal;;")
    assert not file.with_name("marches.erreurs.csv").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "le fichier est vide"),
        (b"PK\x03\x04xlsx", "c'est un classeur"),
        (f"{TITLES}\n".encode(), "aucune ligne sous les titres"),
        (b"tel;montant\n1;2\n", "il manque les colonnes echeance, libelle ; colonnes trouvées : tel, montant"),
        (f'{TITLES}\n066123456;15000;{DUE};Étal;;\n"066;\n'.encode(), "ligne 3 : un guillemet est mal placé"),
    ],
)
def test_a_file_that_is_none_changes_nothing(file: Path, relances_url: str, content: bytes, why: str) -> None:
    file.write_bytes(content)
    with pytest.raises(Blocked) as refused:
        import_contacts(file, "Marchés", TODAY, ignorer_erreurs=True)
    assert one_sentence(refused.value).startswith("marches.csv")
    assert why in str(refused.value)
    assert contacts(relances_url) == []


@pytest.mark.parametrize("campagne", ["x" * 101, "a\0b"])
def test_a_campaign_of_no_such_name_is_refused(file: Path, campagne: str) -> None:
    with pytest.raises(Blocked, match="campagne : attendu un nom"):
        bring(file, f"066123456;15000;{DUE};Étal;;", campagne=campagne)


@pytest.mark.parametrize("campagne", ["", "  "])
def test_a_campaign_without_a_name_is_told_so(file: Path, campagne: str) -> None:
    with pytest.raises(Blocked, match="--campagne est vide : donnez le nom de la campagne"):
        bring(file, f"066123456;15000;{DUE};Étal;;", campagne=campagne)


def test_a_file_that_is_not_there_is_told_in_french(file: Path) -> None:
    with pytest.raises(Blocked, match=r"marches\.csv n'existe pas ; vérifiez le nom du fichier"):
        import_contacts(file, "Marchés", TODAY, ignorer_erreurs=False)


def test_one_fault_too_many_to_show_is_singular(file: Path) -> None:
    wrong = f"0661234;15000;{DUE};Étal;;"
    assert "… et 1 autre." in bring(file, *[wrong] * 21).texte
    assert "\n1 erreur, dans " in bring(file, wrong).texte


def test_what_is_not_due_yet_is_counted(file: Path, relances_url: str) -> None:
    future = f"{TODAY + timedelta(days=1):%d/%m/%Y}"
    said = bring(
        file,
        f"066123456;15000;{future};Étal;;",
        f"066123456;0;{future};Eau;;",
        f"066123456;15000;{TODAY:%d/%m/%Y};Taxi;;",
    )
    assert "ajoutées : 3" in said.texte
    assert "pas encore échues : 1 ;" in said.texte


def test_the_command_imports_and_shows_no_number(
    file: Path, relances_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(file, f"066123456;15000;{DUE};Étal;ONDO;", "0661234;15000;18/12/2025;Étal;ONDO;")
    words = ["importer-contacts", "--campagne=Marchés", str(file)]
    assert (main(words), len(contacts(relances_url))) == (1, 0)
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", *words, "--ignorer-erreurs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, len(contacts(relances_url))) == (0, 1)
    told = done.stdout + capsys.readouterr().out
    assert "ONDO" not in told
    assert gabonese_numbers(told) == []


def test_a_file_that_is_wrong_throughout_is_read_and_told_up_to_a_limit(file: Path, relances_url: str) -> None:
    cell = "x" * 1_000
    fill(file, *[f"{cell};x;x;x;x;x"] * (MOST + 500))
    said = import_contacts(file, "Marchés", TODAY, ignorer_erreurs=False)

    assert not said.fait
    assert "La lecture s'est arrêtée à 10 000 lignes refusées" in said.texte
    assert "pour les 10 000 premières lignes," in said.texte
    assert f"Lignes lues : {MOST}, refusées : {MOST}." in said.texte
    errors = file.with_name("marches.erreurs.csv")
    assert errors.stat().st_size < file.stat().st_size
    assert max(map(len, errors.read_text(encoding="utf-8-sig").splitlines())) < 600


def test_what_is_right_beyond_the_limit_is_imported_where_errors_are_ignored(file: Path, relances_url: str) -> None:
    fill(file, *["x;x;x;x;x;x"] * (MOST + 10), f"066123456;15000;{DUE};Étal;ONDO;")
    said = import_contacts(file, "Marchés", TODAY, ignorer_erreurs=True)

    assert said.fait
    assert f"refusées : {MOST + 10}" in said.texte
    assert len(contacts(relances_url)) == 1


@pytest.mark.parametrize("command", [["importer-contacts", "--campagne=Marchés"], ["opposition", "importer"]])
def test_a_file_of_the_mac_is_refused_until_its_encoding_is_named(
    file: Path, relances_url: str, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    content = f"telephone;montant;echeance;libelle;motif\n066123456;15 000 frs;{DUE} 10:30;Taxe de marché;marché\n"
    file.write_text(content, encoding="mac_roman")
    words = [*command, str(file)]
    assert main(words) == 1
    assert "ligne 2 : ses accents" in (said := capsys.readouterr().err)
    assert "(« marchŽ » se lirait « marché » en mac_roman)" in said
    assert (contacts(relances_url), main([*words, "--encodage=mac_roman"])) == ([], 0)
    flagged = "SELECT DISTINCT 'Taxe de ' || motif FROM relances.numero_signale"
    kept = ask(relances_url, f"SELECT libelle FROM relances.contact UNION ALL {flagged}")  # noqa: S608
    assert kept == [{"libelle": "Taxe de marché"}]
    assert main([*words, "--encodage=klingon"]) == 1
    assert "« klingon » n'est pas un encodage de texte" in capsys.readouterr().err


def test_a_line_that_was_misread_is_a_fault_like_any_other(file: Path, relances_url: str) -> None:
    lines = (f"066123456;15000;{DUE};Taxe de marchÃ©;;", f"077123456;15000;{DUE};Étal;(null);NULL")
    file.write_text("\n".join([TITLES, *lines]), encoding="utf-8")
    said = import_contacts(file, "Marchés", TODAY, ignorer_erreurs=True)
    assert "ligne 2, Objet : texte mal lu avant d'arriver ici, « marchÃ© » au lieu de « marché »" in said.texte
    assert [(row["libelle"], row["nom"], row["langue"]) for row in contacts(relances_url)] == [("Étal", None, None)]


# --- a campaign ---


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCES_DATA_DOCS", str(tmp_path / "docs"))


def campaign(run_id: str = "passage-1", **over: Any) -> Request:
    return request(run_id, campagne="Marchés", **over)


def run(asked: Request) -> str:
    """Every task of the Dag, in its order; the report."""
    jour.check_providers(asked)
    jour.extract(asked)
    jour.validate(asked)
    jour.create_relances(asked)
    if jour.approve(asked):
        jour.send(asked)
        wait_until(lambda: jour.reconcile(asked), "nothing left to reconcile")
        jour.write_back(asked)
    return jour.report(asked)


def extracted(url: str) -> dict[str, str]:
    """The contribuable of each label extracted."""
    rows = ask(url, "SELECT libelle, contribuable_id FROM relances.creance_extraite")
    return {row["libelle"]: row["contribuable_id"] for row in rows}


@pytest.mark.usefixtures("great_expectations", "docs")
def test_a_whole_campaign_reminds_each_of_its_people_once(file: Path, relances_url: str, provider: Provider) -> None:
    bring(
        file,
        f"066123456;15 000;{DUE};Étal;ONDO;fr",
        f"066123456;2 500;{DUE};Eau;ONDO;fr",
        f"077123456;15 000;{DUE};Étal;MBA;",
        f"062123456;15 000;{DUE};Étal;OYE;",
    )
    oppositions.add(None, "062123456", None)
    report = run(campaign())
    assert "## Bilan : équilibré" in report
    assert sorted((each["to"], each["text"].count("17 500 FCFA")) for each in provider.ledger()) == [
        ("24166123456", 1),
        ("24177123456", 0),
    ]
    invariants(relances_url, provider.ledger())
    shown = {(row["telephone"], row["statut"], row["relance_le"] is None) for row in contacts(relances_url)}
    assert shown == {
        ("24166123456", "envoyee", False),
        ("24177123456", "envoyee", False),
        ("24162123456", None, True),
    }
    relances = ask(relances_url, "SELECT source, occasion, contribuable_id FROM relances.relance ORDER BY id")
    first = contacts(relances_url)[0]["id"]
    assert relances[0] == {"source": CONTACTS, "occasion": "campagne:Marchés", "contribuable_id": f"c{first}"}

    before, sent = contacts(relances_url), provider.requests()
    assert "## Bilan : équilibré" in run(campaign("passage-2"))
    assert (contacts(relances_url), provider.requests()) == (before, sent)
    excluded = ask(
        relances_url,
        "SELECT x.code, count(*) FROM relances.exclusion x JOIN relances.execution e ON e.id = x.execution_id "
        "WHERE e.run_id = 'passage-2' GROUP BY 1",
    )
    assert excluded == [{"code": "opposition", "count": 1}]


def test_only_the_campaign_asked_for_is_extracted(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;;")
    bring(file, f"077123456;15000;{DUE};Taxi;;", campagne="Taxis")
    jour.extract(campaign())
    assert extracted(relances_url) == {"Étal": f"c{contacts(relances_url)[0]['id']}"}


def test_only_what_is_late_enough_and_still_owed_is_extracted(file: Path, relances_url: str) -> None:
    late, recent, future = (f"{TODAY - timedelta(days=days):%d/%m/%Y}" for days in (7, 6, -1))
    bring(
        file,
        f"066123456;15000;{late};En retard;;",
        f"066123456;15000;{recent};Récente;;",
        f"066123456;15000;{future};Future;;",
        f"066123456;0;{late};Soldée;;",
    )
    jour.extract(campaign())
    assert extracted(relances_url).keys() == {"En retard"}


def test_a_number_is_one_contribuable_in_every_campaign(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;;", campagne="Taxis")
    bring(file, f"66123456;15000;{DUE};Eau;;")
    jour.extract(campaign())
    assert extracted(relances_url) == {"Eau": f"c{contacts(relances_url)[0]['id']}"}


def test_a_campaign_where_nothing_is_due_yet_is_no_fault(file: Path) -> None:
    bring(file, "066123456;15000;01/01/2028;Étal;;")
    assert jour.extract(campaign()) == 0


def test_a_campaign_that_nobody_imported_names_those_there_are(file: Path) -> None:
    with pytest.raises(Blocked, match="campagne inconnue : Marchés ; aucune n'est importée"):
        jour.extract(campaign())
    bring(file, f"066123456;15000;{DUE};Étal;;", campagne="Taxis")
    with pytest.raises(Blocked) as refused:
        jour.extract(campaign())
    assert "campagne inconnue : Marchés ; choisissez parmi Taxis" in one_sentence(refused.value)


@pytest.mark.usefixtures("great_expectations", "docs")
def test_a_contact_of_the_list_s_own_id_is_left_alone(file: Path, relances_url: str) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;;")
    oppositions.add(f"c{contacts(relances_url)[0]['id']}", None, None)
    asked = campaign()
    jour.extract(asked)
    assert ask(relances_url, "SELECT source FROM relances.opposition") == [{"source": CONTACTS}]
    jour.validate(asked)
    assert jour.create_relances(asked) == 0


# --- its files as a source ---


def test_what_is_still_owed_is_what_the_latest_import_says(
    file: Path, relances_url: str, relances: psycopg.Connection
) -> None:
    bring(file, f"066123456;15000;{DUE};Étal;;", "066123456;9000;01/01/2028;Étal;;")
    bring(file, f"066123456;5000;{DUE};Étal;;")
    late, future = (str(row["id"]) for row in contacts(relances_url))
    more = "{1000000,1000000,1000000}"
    owed = Source(CONTACTS).lower(relances, f"{{{late},{future},0}}", more, TODAY)
    assert owed == {late: 5000, future: 0, "0": 0}
