"""A backup made and restored by the README's own commands. Last: the database then knows less than what was sent."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.compose.installation import Installation
from tests.compose.passages import begin, count, end, interface_of, invite

_CONTACTS = 60
_KEPT, _FORGOTTEN = 71, 72
_BASES = ("airflow", "relances")
SAVE = "exec -T postgres pg_dump --username=airflow --format=custom {base}"
RESTORE = "exec -T postgres pg_restore --username=airflow --dbname=postgres --clean --if-exists --create"
COUNT = "SELECT count(*) FROM relances.relance WHERE telephone LIKE %s"


def send_to(installation: Installation, campagne: str, tens: int) -> None:
    invite(installation, campagne, tens, _CONTACTS)
    with interface_of(installation) as api:
        api.log_in()
        assert end(api, begin(api, campagne)) == "success"


def known(installation: Installation, tens: int) -> int:
    with psycopg.connect(installation.database("relances")) as connection:
        row = connection.execute(COUNT, (f"24174{tens:02}%",)).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def restored(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A campaign, a backup, another campaign, and the backup restored; gives how many messages there were by then."""
    folder = tmp_path_factory.mktemp("sauvegarde")
    with installation.simulators() as simulators:
        simulators.put("/faults", json={}).raise_for_status()
    send_to(installation, "sauvee", _KEPT)
    for base in _BASES:
        save(installation, base, folder / f"{base}.dump")
    send_to(installation, "oubliee", _FORGOTTEN)
    assert known(installation, _FORGOTTEN) == _CONTACTS
    with installation.simulators() as simulators:
        sent = count(simulators)

    installation.compose("stop")
    installation.compose("up", "--detach", "bases")
    for base in _BASES:
        restore(installation, folder / f"{base}.dump")
    installation.up()
    return sent


def save(installation: Installation, base: str, file: Path) -> None:
    with file.open("wb") as out:
        command = [*installation.command, *SAVE.format(base=base).split()]
        subprocess.run(command, cwd=installation.folder, env=installation.environment, stdout=out, check=True)


def restore(installation: Installation, file: Path) -> None:
    with file.open("rb") as given:
        command = [*installation.command, *RESTORE.split()]
        subprocess.run(command, cwd=installation.folder, env=installation.environment, stdin=given, check=True)


def test_what_the_backup_knew_is_there_again_and_its_roles_own_it(installation: Installation, restored: int) -> None:
    assert known(installation, _KEPT) == _CONTACTS
    assert known(installation, _FORGOTTEN) == 0
    with psycopg.connect(installation.database("relances")) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'relances'")
        assert owners.fetchall() == [("relances",)]


def test_to_restore_and_start_again_sends_nothing(installation: Installation, restored: int) -> None:
    with installation.simulators() as simulators:
        assert count(simulators) == restored
