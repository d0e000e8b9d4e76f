"""Which worker runs what, and when: whole files, the longest first, so that all end together; Airflow is read once."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

LONGEST = (
    "airflow",
    "integration/test_restauration.py",
    "integration/test_validation.py",
    "integration/test_pipeline.py",
    "integration/test_sorties.py",
    "providers/contract",
    "integration/test_voies.py",
    "integration/test_sending.py",
    "integration/test_local_stack.py",
    "integration/test_repli.py",
    "integration/test_interruptions.py",
    "integration/test_cotes_perdus.py",
    "integration/test_apercu.py",
    "integration/test_demandes.py",
    "integration/test_campagne.py",
    "unit/test_sorties.py",
    "fuzz",
    "model",
)
ALONE = ("test_rien_de_montre.py", "test_installer.py")  # they start their own Airflow
_TESTS = Path(__file__).parent


def rank(path: Path) -> int:
    """The place of a file: among the longest, or after them all."""
    return next((rank for rank, name in enumerate(LONGEST) if path.is_relative_to(_TESTS / name)), len(LONGEST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; otherwise as they were found."""
    items.sort(key=lambda item: rank(item.path))


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist says nothing of its types
    """A file goes to one worker; those that run Dags go to the same, which reads Airflow once for all of them."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "tests/airflow" if file.startswith("tests/airflow/") and not file.endswith(ALONE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling | None:
    """In the place of ``--dist loadfile``."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None
