"""What the rooms of the product take in: none but the orchestration needs Airflow to be there."""

import subprocess
import sys
from pkgutil import walk_packages

import pytest

import relances

ROOMS = ("rules", "policy", "store", "sending", "services", "rendering", "cli")


def modules(room: str) -> list[str]:
    """Every module of a room, but those that Alembic runs."""
    found = [module.name for module in walk_packages(relances.__path__, "relances.")]
    return [name for name in found if name.startswith(f"relances.{room}.") and "migrations" not in name]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_taken_in_without_airflow(room: str) -> None:
    names = modules(room)
    assert names
    code = f"import sys, {', '.join(names)}; print(*(name for name in sys.modules if name.split('.')[0] == 'airflow'))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
