"""The balance equation of a run: every extracted creance is in exactly one place."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.bilan import A_RELANCER, EXCLUE, NON_TRAITEE, Bilan, Line, Totals
from relances.rules.models import Canal, Statut
from relances.rules.volumes import Depense

PLACES = [*Statut, A_RELANCER, EXCLUE, NON_TRAITEE]
LINES = st.lists(
    st.builds(
        Line,
        place=st.sampled_from(PLACES),
        code=st.none() | st.sampled_from(["litige", "408", "1005"]),
        fournisseur=st.none() | st.sampled_from(["ventis", "twilio"]),
        creances=st.integers(0, 10**6),
        relances=st.integers(0, 10**6),
        montant=st.integers(0, 10**9).map(Decimal),
    ),
    max_size=8,
)


def bilan(*lines: Line, extraites: int) -> Bilan:
    totals = Totals(extraites=extraites, creees=0, toutes=0)
    depenses = [Depense(Canal.SMS, "ventis", 1, 2, 3, 1, 1, Decimal(75), Decimal(25), 1)]
    return Bilan(date(2026, 11, 21), None, None, None, simulation=False, totals=totals, lines=lines, depenses=depenses)


def line(place: str, creances: int) -> Line:
    return Line(place, None, None, creances, creances, Decimal(creances) * 5_000)


def test_the_equation_holds_when_every_creance_has_a_place() -> None:
    assert bilan(line("envoyee", 3), line(EXCLUE, 4), extraites=7).equilibre


@pytest.mark.parametrize("extraites", [6, 8])
def test_the_equation_fails_when_a_creance_is_missing_or_counted_twice(extraites: int) -> None:
    assert not bilan(line("envoyee", 3), line(EXCLUE, 4), extraites=extraites).equilibre


def test_a_creance_nobody_decided_on_breaks_the_equation() -> None:
    assert not bilan(line("envoyee", 3), line(NON_TRAITEE, 4), extraites=7).equilibre


def test_a_day_without_a_creance_balances() -> None:
    assert bilan(extraites=0).equilibre


@given(LINES)
def test_every_figure_is_in_the_json_that_is_stored(lines: list[Line]) -> None:
    told = bilan(*lines, extraites=sum(line.creances for line in lines))
    stored = json.loads(json.dumps(told.as_json()))
    assert stored["equilibre"] is told.equilibre
    assert [row["creances"] for row in stored["lignes"]] == [row.creances for row in lines]
    assert sum(Decimal(row["montant"]) for row in stored["lignes"]) == sum(told.montant(place) for place in PLACES)
    assert stored["depenses"] == [
        {
            "canal": "sms", "fournisseur": "ventis", "niveau": 1, "relances": 2, "segments": 3, "partis": 1,
            "evites": 1, "cout": "75", "economie": "25", "migres": 1,
        }
    ]  # fmt: skip
