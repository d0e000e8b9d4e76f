"""The product stays as small as it was made: the bounds of its measures."""

from pathlib import Path

import pytest

from tests.mesures.imports import dag_files, import_of
from tests.mesures.passage import REPOSITORY, passage
from tests.mesures.taille import measure

MOST_MODULES = 45  # 57 in the house before, then 40; balances read ahead of time came since. The aim is 35
MOST_LINES = 250
P90 = 20


def test_a_relance_passes_few_modules_from_created_to_settled() -> None:
    entered = passage().relance
    assert len(entered) <= MOST_MODULES, f"{len(entered)} modules: {', '.join(entered)}"


@pytest.mark.parametrize("path", dag_files(REPOSITORY), ids=lambda path: path.stem)
def test_a_dag_file_imports_what_its_form_and_its_arrows_need(path: Path) -> None:
    found = import_of(path, REPOSITORY)
    assert "orchestration" in found.rooms  # it was read
    assert found.rooms <= {"orchestration", "rules"}
    assert not found.strangers


def test_functions_fit_in_one_look() -> None:
    found = measure(REPOSITORY)
    assert found.p90 <= P90, f"p90 of {len(found.fonctions)} functions: {found.p90} lines"


def test_no_module_is_long() -> None:
    assert not measure(REPOSITORY).beyond(MOST_LINES)
