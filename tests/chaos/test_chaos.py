"""A few scenarios of the fault suite, the same each time; ``make chaos`` plays them all, and hundreds at random."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relances.local.postgres import EmbeddedPostgres
from tests.chaos.catalogue import ELSEWHERE, ROWS, named
from tests.chaos.judgement import judge
from tests.chaos.play import playing
from tests.chaos.report import line, row
from tests.chaos.scenario import Scenario, drawn
from tests.chaos.site import Site, site

REPOSITORY = Path(__file__).parents[2]
SHORT = (
    "tué, requête partie (twilio)",
    "tué, réponse reçue, rien d'écrit (zoom)",
    "base coupée, réservation, AFTER",
    "deux passages et un double",
    "oppositions",
)
SEEDS = (12, 20)
SCENARIOS = [*(scenario for scenario in named() if scenario.name in SHORT), *map(drawn, SEEDS)]


@pytest.fixture(scope="module")
def here(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(postgres, tmp_path_factory.mktemp("chaos")) as running:
        yield running


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_must_hold_holds_whatever_breaks(here: Site, scenario: Scenario) -> None:
    with playing(here, scenario) as played:
        found = line(played, judge(played), played.log())
    assert not found.violations, f"{row(found)}\n{found.log}"


def test_every_row_of_the_catalogue_is_broken_by_a_scenario_or_by_tests() -> None:
    broken = {number for scenario in named() for number in scenario.rows}
    assert ROWS.keys() <= broken | ELSEWHERE.keys()
    assert [file for files in ELSEWHERE.values() for file in files if not (REPOSITORY / file).exists()] == []


def test_a_seed_is_the_same_scenario_each_time() -> None:
    assert drawn(7) == drawn(7)
    assert len({repr(drawn(seed)) for seed in range(50)}) == 50
