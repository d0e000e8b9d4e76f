"""Whether a database is still the one that sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from relances.rules.errors import Blocked
from relances.rules.restauration import Etat, Temoignage, discrepancy
from relances.store.temoin import Temoin

NAMED = datetime(2026, 11, 30, 8, tzinfo=UTC)
BEFORE, AFTER = NAMED - timedelta(hours=1), NAMED + timedelta(hours=1)
SOUND = Etat(
    ("", "aaaaaaaaaaaa", "bbbbbbbbbbbb"),
    battement=5,
    nommee_le=NAMED,
    connu_jusqu_au=NAMED,
    chez_elle=True,
    motif=None,
)


@pytest.mark.parametrize(
    "temoignage",
    [
        None,
        Temoignage("bbbbbbbbbbbb", 5, AFTER),
        Temoignage("bbbbbbbbbbbb", 4, AFTER),
        Temoignage("aaaaaaaaaaaa", 900, AFTER),  # of before it was restored
        Temoignage("cccccccccccc", 1, BEFORE),  # of the one that was lost, by a machine that nobody told
    ],
)
def test_nothing_speaks_against_a_database_that_its_witness_knows(temoignage: Temoignage | None) -> None:
    assert discrepancy(SOUND, temoignage) is None


@pytest.mark.parametrize(
    ("etat", "temoignage", "why"),
    [
        (SOUND, Temoignage("bbbbbbbbbbbb", 6, AFTER), "plus ancienne"),
        (SOUND, Temoignage("cccccccccccc", 1, AFTER), "une autre base"),
        (replace(SOUND, chez_elle=False), None, "copiée, restaurée ou basculée"),
        (replace(SOUND, motif="déjà dit"), Temoignage("bbbbbbbbbbbb", 5, AFTER), "déjà dit"),
    ],
)
def test_what_speaks_against_it_is_said(etat: Etat, temoignage: Temoignage | None, why: str) -> None:
    assert why in (discrepancy(etat, temoignage) or "")


def test_only_a_database_that_never_sent_nor_was_restored_is_new() -> None:
    new = replace(SOUND, marques=("aaaaaaaaaaaa",), battement=0)
    assert new.neuve
    assert replace(new, marques=("", "aaaaaaaaaaaa")).neuve  # numbered before there were names
    assert not replace(new, marques=("aaaaaaaaaaaa", "bbbbbbbbbbbb")).neuve
    assert not replace(new, battement=1).neuve


def test_a_witness_says_what_it_was_last_told(tmp_path: Path) -> None:
    temoin = Temoin(tmp_path / "dossier" / "temoin.json")
    assert temoin.read() is None
    for battement in (1, 2):
        temoin.write(Temoignage("aaaaaaaaaaaa", battement, AFTER))
    assert temoin.read() == Temoignage("aaaaaaaaaaaa", 2, AFTER)
    assert [file.name for file in temoin.path.parent.iterdir()] == ["temoin.json"]


def test_a_witness_holds_nothing_personal(tmp_path: Path) -> None:
    temoin = Temoin(tmp_path / "temoin.json")
    temoin.write(Temoignage("aaaaaaaaaaaa", 1, AFTER))
    assert json.loads(temoin.path.read_text()).keys() == {"marque", "battement", "le"}


def test_a_witness_that_cannot_be_written_is_said_with_its_variable(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(Blocked, match="RELANCES_TEMOIN"):
        Temoin(tmp_path / "fichier" / "temoin.json").write(Temoignage("aaaaaaaaaaaa", 1, AFTER))
