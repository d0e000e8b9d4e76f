"""The product stays as small as it was made: the bounds of its measures."""

from tests.mesures.passage import REPOSITORY, passage
from tests.mesures.taille import measure

MOST_MODULES = 35
MOST_LINES = 250
P90 = 20


def test_a_relance_passes_few_modules_from_created_to_settled() -> None:
    entered = passage().relance
    assert len(entered) <= MOST_MODULES, f"{len(entered)} modules: {', '.join(entered)}"


def test_functions_fit_in_one_look() -> None:
    found = measure(REPOSITORY)
    assert found.p90 <= P90, f"p90 of {len(found.fonctions)} functions: {found.p90} lines"


def test_no_module_is_long() -> None:
    assert not measure(REPOSITORY).beyond(MOST_LINES)
