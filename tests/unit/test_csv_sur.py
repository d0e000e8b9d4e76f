"""Cells of a spreadsheet: none runs as a formula, none loses a digit."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relances.rendering.csv_sur import cellule
from relances.rendering.tableau_csv import open_csv
from relances.rules.errors import Blocked
from tests.support import one_sentence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.text() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=2) | st.none())
@example("\t=1+1")
@example(" =cmd|' /C calc'!A0")
@example("\u00a0@SUM(A1)")
@example("＝1+1")
def test_no_cell_begins_like_a_formula_or_has_a_second_line(valeur: str | int | Decimal | None) -> None:
    cell = cellule(valeur)
    assert not cell.startswith((*DANGEROUS, "＝", "＋", "－", "＠"))
    assert len(cell.splitlines()) <= 1
    assert "\t" not in cell


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"])))
def test_what_was_typed_stays_readable(typed: str) -> None:
    assert cellule(typed).replace("'", "") == typed.replace("'", "")


@given(st.lists(st.text("ab,;\"'=+-@＝ 1\t\n"), min_size=1, max_size=3))
@example(["x,=1+1"])
@example(['x,"=1+1'])
@example(["x, \t=1+1"])
def test_a_spreadsheet_that_splits_at_commas_runs_nothing_either(valeurs: list[str]) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerow(map(cellule, valeurs))
    for row in csv.reader(io.StringIO(written.getvalue()), delimiter=","):
        assert not any(cell.lstrip().startswith((*DANGEROUS, "＝")) for cell in row)


@given(st.from_regex(r"[0-9]+([eE]|[-/])[0-9]+", fullmatch=True))
def test_what_a_spreadsheet_would_take_for_a_power_or_a_date_stays_a_text(typed: str) -> None:
    assert cellule(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("valeur", "cell"),
    [
        ("+241 66 12 34 56", "'+241 66 12 34 56"),
        ("066123456", "'066123456"),
        ("24166123456", "'24166123456"),
        ("066 12 34 56", "066 12 34 56"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("12E3", "'12E3"),
        ("2,41E+11", "'2,41E+11"),
        ("3-12", "'3-12"),
        ("1/2", "'1/2"),
        ("31/12/2026", "'31/12/2026"),
        ("A-7", "A-7"),
        ("12,=1+1", "12,'=1+1"),
        ("ONDO", "ONDO"),
        (None, ""),
        (12, "12"),
        (0, "0"),
        (Decimal("15000"), "15000"),
        (Decimal("15000.5"), "15000,50"),
        (Decimal("-500"), "'-500"),
    ],
)
def test_a_cell_is_what_an_agent_expects(valeur: str | int | Decimal | None, cell: str) -> None:
    assert cellule(valeur) == cell


def test_a_table_for_a_folder_that_is_not_there_is_refused_in_french(tmp_path: Path) -> None:
    with pytest.raises(Blocked) as refused, open_csv(tmp_path / "absent" / "liste.csv", ["nom"]):
        pass
    assert "liste.csv : le dossier n'existe pas ; donnez un fichier d'un dossier" in one_sentence(refused.value)
