"""The measure of coverage: which room is under its bound."""

import json
from pathlib import Path

import pytest

from tests.mesures import couverture


def report(**rooms: tuple[int, int]) -> dict[str, object]:
    """What coverage tells of one module a room: its branches, and those gone through."""
    return {
        "files": {
            f"include/relances/{room}/module.py": {
                "summary": {"num_branches": branches, "covered_branches": covered},
                "missing_branches": [[1, -1]] * (branches - covered),
            }
            for room, (branches, covered) in rooms.items()
        }
    }


def test_rooms_at_their_bound_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "couverture.json"
    file.write_text(json.dumps(report(rules=(100, 95), sending=(10, 10), store=(20, 19), cli=(10, 1))))
    assert couverture.main(file) == 0
    assert "cli                   10.0 % des branches" in capsys.readouterr().out


@pytest.mark.parametrize("covered", [0, 94])
def test_a_room_under_its_bound_fails_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], covered: int
) -> None:
    file = tmp_path / "couverture.json"
    file.write_text(json.dumps(report(rules=(100, 95), sending=(100, covered), store=(0, 0))))
    assert couverture.main(file) == 1
    told = capsys.readouterr()
    assert "include/relances/sending/module.py : 1→sortie" in told.out
    assert "sending" in told.err
    assert "rules" not in told.err


def test_a_room_that_was_not_measured_fails() -> None:
    assert couverture.below(couverture.by_room(couverture.read(report(rules=(1, 1), store=(1, 1))))) == ["sending"]
