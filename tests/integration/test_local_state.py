"""What stays between two starts, and who may read it."""

import socket
import stat
from pathlib import Path

import pytest

from relances.local.errors import LocalError
from relances.local.state import LOOPBACK, StateFolder


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "demo")
    folder.create()
    return folder


def test_secrets_are_made_once_and_for_their_owner(state: StateFolder) -> None:
    secrets = state.secrets()

    assert StateFolder(state.path).secrets() == secrets
    assert len({secrets.fernet_key, secrets.jwt_secret, secrets.secret_key, secrets.password}) == 4
    for private in (state.path, state.airflow, state.logs, state.data_docs, state.path / "secrets.json"):
        assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0, private


def test_a_folder_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "demo")
    folder.path.mkdir()
    folder.path.chmod(0o755)
    folder.create()
    assert stat.S_IMODE(folder.path.stat().st_mode) & 0o066 == 0


def test_a_port_stays_the_same_and_each_name_has_its_own(state: StateFolder) -> None:
    port = state.port("interface")

    assert state.port("simulateurs") != port
    assert StateFolder(state.path).port("interface") == port


def test_a_remembered_port_that_is_taken_is_replaced_for_good(state: StateFolder) -> None:
    port = state.port("interface")
    with socket.socket() as other:
        other.bind((LOOPBACK, port))
        other.listen()
        replacement = state.port("interface")

    assert replacement != port
    assert state.port("interface") == replacement


def test_a_wanted_port_is_taken_as_it_is_or_refused(state: StateFolder) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(LocalError, match=rf"port {taken} \(RELANCES_PORT\) est déjà pris"):
            state.port("interface", taken)

    assert state.port("interface", taken) == taken
    assert state.ports() == {"interface": taken}


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")

    with pytest.raises(LocalError, match="ne peut être créé"):
        StateFolder(tmp_path / "fichier" / "demo").create()
