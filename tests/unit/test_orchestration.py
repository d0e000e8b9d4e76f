"""What Dag files name and do not import: what cannot be imported would show at eight in the morning only."""

import pytest

from relances import orchestration


@pytest.mark.parametrize("name", orchestration.__all__)
def test_the_work_that_a_dag_names_can_be_imported(name: str) -> None:
    assert getattr(orchestration, name).__name__ == f"relances.orchestration.{name}"
