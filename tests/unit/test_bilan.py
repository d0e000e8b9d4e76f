"""The balance equation of a run, and the report a tax officer reads."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.bilan import EXCLUE, NON_TRAITEE, PLACES, Bilan, Line, Totals
from relances.rules.causes import CAUSES, cause
from relances.rules.exclusions import RAISONS, raison
from relances.rules.models import Statut

LINES = st.lists(
    st.builds(
        Line,
        place=st.sampled_from(list(PLACES)),
        code=st.none() | st.sampled_from([*RAISONS, *CAUSES, "1005"]),
        creances=st.integers(0, 10**6),
        relances=st.integers(0, 10**6),
        montant=st.integers(0, 10**9).map(Decimal),
    ),
    max_size=8,
)


def bilan(*lines: Line, extraites: int | None = None) -> Bilan:
    found = sum(line.creances for line in lines) if extraites is None else extraites
    totals = Totals(extraites=found, creees=1234, toutes=1500, segments=2000)
    return Bilan(date(2026, 11, 21), simulation=False, totals=totals, lines=lines)


def line(place: str, code: str | None = None, creances: int = 3) -> Line:
    return Line(place, code, creances, 2, Decimal(creances) * 5_000)


def cells(told: Bilan) -> list[tuple[str, ...]]:
    """The rows of the report's tables, without what only lines them up."""
    lines = told.rapport().splitlines()
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if line.startswith("|")]


def test_the_equation_holds_when_every_creance_has_a_place() -> None:
    assert bilan(line("envoyee"), line(EXCLUE, "litige"), extraites=6).equilibre


@pytest.mark.parametrize("extraites", [5, 7])
def test_the_equation_fails_when_a_creance_is_missing_or_counted_twice(extraites: int) -> None:
    broken = bilan(line("envoyee"), line(EXCLUE, "litige"), extraites=extraites)
    assert not broken.equilibre
    assert "DÉSÉQUILIBRÉ" in broken.rapport()


def test_a_creance_nobody_decided_on_breaks_the_equation_and_shows() -> None:
    broken = bilan(line("envoyee"), line(NON_TRAITEE, creances=2))
    assert not broken.equilibre
    assert ("NON TRAITÉES", "2") in [row[:2] for row in cells(broken)]


def test_every_state_of_a_relance_has_a_place() -> None:
    assert set(PLACES) == {statut.value for statut in Statut} | {EXCLUE, NON_TRAITEE}


def test_the_summary_counts_what_an_officer_asks_for() -> None:
    told = bilan(line("envoyee", creances=12_345))
    rapport = told.rapport()
    assert rapport.startswith("# Relances du 21/11/2026\n")
    assert "- 12 345 créances en retard extraites" in rapport
    assert "- 1 234 relances créées, 1 500 au total pour ce jour" in rapport
    assert "- 2 000 SMS facturables envoyés" in rapport
    assert ("envoyées", "12 345", "2", "61 725 000 FCFA") in cells(told)


def test_a_simulation_says_so() -> None:
    assert replace(bilan(), simulation=True).rapport().startswith("# Simulation du 21/11/2026\n")


@pytest.mark.parametrize("code", RAISONS)
def test_each_exclusion_is_shown_with_its_cure(code: str) -> None:
    meaning = raison(code)
    assert (meaning.libelle, "3", "15 000 FCFA", meaning.que_faire) in cells(bilan(line(EXCLUE, code)))


@pytest.mark.parametrize("place", ["echec", "incertaine", "annulee"])
@pytest.mark.parametrize("code", CAUSES)
def test_each_cause_is_shown_with_its_cure(place: str, code: str) -> None:
    meaning = cause(code)
    assert (meaning.libelle, "3", "15 000 FCFA", meaning.que_faire) in cells(bilan(line(place, code)))


def test_a_code_of_the_provider_s_own_is_shown_as_it_is() -> None:
    assert "refusée par le fournisseur (code 1005)" in bilan(line("echec", "1005")).rapport()


def test_a_reason_of_the_tax_system_s_own_is_shown_as_it_is() -> None:
    assert ("exonere", "3") in [row[:2] for row in cells(bilan(line(EXCLUE, "exonere")))]


def test_the_reason_that_excludes_most_comes_first() -> None:
    rapport = bilan(line(EXCLUE, "litige", 1), line(EXCLUE, "ligne_fixe", 9)).rapport()
    assert rapport.index("ligne fixe") < rapport.index("litige")


def test_what_waits_is_announced_with_what_to_do() -> None:
    assert "**3 créances attendent leur envoi** : relancez le Dag" in bilan(line("en_attente")).rapport()


def test_what_is_in_doubt_is_announced() -> None:
    assert "3 créances incertaines" in bilan(line("incertaine", "408")).rapport()


def test_a_table_without_rows_is_left_out() -> None:
    assert "En échec, par cause" not in bilan(line("envoyee")).rapport()


@given(LINES)
def test_every_amount_is_in_the_report_and_every_figure_in_its_json(lines: list[Line]) -> None:
    told = bilan(*lines)
    total = sum((line.montant for line in lines), Decimal(0))
    assert f"{total:,.0f} FCFA".replace(",", " ") in told.rapport()
    stored = json.loads(json.dumps(told.as_json()))
    assert stored["equilibre"] is told.equilibre
    assert [row["creances"] for row in stored["lignes"]] == [row.creances for row in lines]
    assert sum(Decimal(row["montant"]) for row in stored["lignes"]) == total
