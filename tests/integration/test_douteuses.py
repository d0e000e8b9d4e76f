"""Relances that left for a number that would be doubtful today: listed after an upgrade, for who has to apologise."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.asked import list_doubtful
from tests.integration.office import Office
from tests.integration.world import TODAY, ask, request
from tests.support import gabonese_numbers

pytestmark = pytest.mark.usefixtures("connect")

TYPED = {
    1: ("066123456", "24166123456"),
    2: ("077 12 34 5O6", "24177123456"),
    3: ("066 12 34 5", "24166612345"),
    4: ("06 61 23 45", "24166612345"),
    5: ("066123451 (fils)", "24166123451"),
}


@pytest.fixture
def sent(office: Office) -> None:
    """Relances that an earlier reading sent, as the database keeps them."""
    for contribuable in TYPED:
        office.owes(contribuable)
    office.run(request())
    for contribuable, (typed, numero) in TYPED.items():
        ask(
            office.relances_url,
            "UPDATE relances.creance_extraite SET telephones = ARRAY[%(typed)s] WHERE contribuable_id = %(id)s",
            typed=typed,
            id=str(contribuable),
        )
        ask(
            office.relances_url,
            "UPDATE relances.relance SET telephone = %(numero)s, statut = 'envoyee', envoyee_le = now(), "
            "reference = 'r' WHERE contribuable_id = %(id)s",
            numero=numero,
            id=str(contribuable),
        )


@pytest.mark.usefixtures("sent")
def test_what_left_for_a_number_that_was_not_surely_typed_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "douteuses.csv"
    assert list_doubtful(file).startswith("3 relances douteuses écrites dans")
    with file.open(encoding="utf-8-sig", newline="") as written:
        rows = {row["contribuable_id"]: row for row in csv.DictReader(written, delimiter=";")}
    assert {key: (row["telephone"], row["numero"]) for key, row in rows.items()} == {
        "2": ("077 12 34 5O6", "'+24177123456"),
        "3": ("066 12 34 5", "'+24166612345"),
        "5": ("066123451 (fils)", "'+24166123451"),
    }
    assert rows["2"]["raison"] == "numéro douteux : « O » n'a pas sa place dans un numéro"
    assert rows["2"]["date_relance"] == f"'{TODAY:%d/%m/%Y}"


@pytest.mark.usefixtures("sent")
def test_the_command_counts_them_and_shows_no_number() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", "douteuses"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("3 relances parties vers un numéro douteux ; --csv FICHIER donne la liste entière.")
    assert gabonese_numbers(done.stdout) == []
    assert "ONDO" not in done.stdout


def test_what_never_left_is_not_listed(office: Office) -> None:
    office.owes(1)
    office.run(request())
    ask(office.relances_url, "UPDATE relances.creance_extraite SET telephones = ARRAY['x']")
    assert list_doubtful(None) == "Aucune relance partie vers un numéro douteux."
