"""A backup made and restored by the commands of the operator's guide.

Last: the database then knows less than what was sent.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.compose.installation import Installation
from tests.compose.passages import begin, count, end, interface_of, invite

_CONTACTS = 60
_FORGOTTEN = 71  # the digits of the numbers of the campaign that the backup does not know
_BASES = ("airflow", "relances")
SAVE = "exec -T postgres pg_dump --username=airflow --format=custom {base}"
RESTORE = "exec -T postgres pg_restore --username=airflow --dbname=postgres --clean --if-exists --create"


@dataclass(frozen=True)
class Restored:
    """``kept``: relances that the backup knew; ``sent``: messages there were when it was restored."""

    kept: int
    sent: int


def relances(installation: Installation) -> int:
    with psycopg.connect(installation.database("relances")) as connection:
        row = connection.execute("SELECT count(*) FROM relances.relance").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def restored(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Restored:
    """A backup, a campaign sent, and the backup restored."""
    folder = tmp_path_factory.mktemp("sauvegarde")
    with installation.simulators() as simulators:
        simulators.put("/faults", json={}).raise_for_status()
    for base in _BASES:
        save(installation, base, folder / f"{base}.dump")
    kept = relances(installation)
    invite(installation, "oubliee", _FORGOTTEN, _CONTACTS)
    with interface_of(installation) as api:
        api.log_in()
        assert end(api, begin(api, "oubliee")) == "success"
    assert relances(installation) == kept + _CONTACTS
    with installation.simulators() as simulators:
        sent = count(simulators)

    installation.compose("stop")
    installation.prepare_databases()
    for base in _BASES:
        restore(installation, folder / f"{base}.dump")
    installation.up()
    return Restored(kept, sent)


def save(installation: Installation, base: str, file: Path) -> None:
    with file.open("wb") as out:
        command = [*installation.command, *SAVE.format(base=base).split()]
        subprocess.run(command, cwd=installation.folder, env=installation.environment, stdout=out, check=True)


def restore(installation: Installation, file: Path) -> None:
    with file.open("rb") as given:
        command = [*installation.command, *RESTORE.split()]
        subprocess.run(command, cwd=installation.folder, env=installation.environment, stdin=given, check=True)


def test_what_the_backup_knew_is_there_again_and_its_roles_own_it(
    installation: Installation, restored: Restored
) -> None:
    assert relances(installation) == restored.kept
    for base, role in {"relances": "relances", "airflow": "metadonnees"}.items():
        with psycopg.connect(installation.database(base)) as connection:
            owners = connection.execute(
                "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'relances')"
            )
            assert owners.fetchall() == [(role,)]


def test_to_restore_and_start_again_sends_nothing(installation: Installation, restored: Restored) -> None:
    with installation.simulators() as simulators:
        assert count(simulators) == restored.sent


def test_nothing_leaves_until_an_operator_says_that_it_was_restored(
    installation: Installation, restored: Restored
) -> None:
    with interface_of(installation) as api:
        api.log_in()
        assert end(api, begin(api)) == "failed"
        said = installation.compose("exec", "-T", "--index=1", "worker", "relances", "restaurer")
        assert "Les envois reprennent" in said
        assert end(api, begin(api)) == "success"
    with installation.simulators() as simulators:
        assert count(simulators) == restored.sent
