"""A file of variables, read line by line, and what is said of it."""

import time
from pathlib import Path

import pytest

from relances.local.env_file import read_env_file, read_lines
from relances.local.errors import LocalError
from tests.support import PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=x", "x"),
        ("export A=x", "x"),
        ("A=x#y", "x#y"),
        ("A=a=b", "a=b"),
        ("A=${HOME}$b", "${HOME}$b"),
        ("A='un mot # de passe'", "un mot # de passe"),
        ("A='un mot' # une note", "un mot"),
        ("A='un\\autre \"'", 'un\\autre "'),
    ],
)
def test_a_line_that_reads_as_it_looks_is_taken_without_a_word(line: str, value: str) -> None:
    read = read_lines(line)

    assert read.values == {"A": value}
    assert read.remarks == []


@pytest.mark.parametrize(
    ("line", "value", "remark"),
    [
        ("A = x", "x", "espaces autour de = ôtés"),
        ("A= x", "x", "espaces autour de = ôtés"),
        ('A="x"', "x", "guillemets inutiles ôtés"),
        ("A='x'", "x", "guillemets inutiles ôtés"),
        ("A=x y", "x y", "la valeur contient un espace, gardé"),
        ("A=x #y", "x", "ce qui suit # n'est pas lu"),
        ("A=“x”", "x", "guillemets typographiques ou caractères invisibles ôtés"),
        ("A=«\u00a0x\u00a0»", "x", "guillemets typographiques ou caractères invisibles ôtés"),
        ("A=x\u200by", "xy", "guillemets typographiques ou caractères invisibles ôtés"),
        ('A="x\\ty z"', "x\ty z", "entre guillemets doubles, \\ change ce qui le suit"),
    ],
)
def test_a_line_that_reads_otherwise_than_it_looks_is_named_and_its_value_is_not(
    line: str, value: str, remark: str
) -> None:
    read = read_lines(f"# le fichier\n{line}\n")

    assert read.values == {"A": value}
    [said] = read.remarks
    assert said.startswith(f"ligne 2, A : {remark}")


@pytest.mark.parametrize("line", ['A="secret', "A='secret'reste", "A: secret", "A", "set A=secret"])
def test_a_line_that_cannot_be_read_is_named_and_takes_no_other_with_it(line: str) -> None:
    read = read_lines(f'{line}\nB="x y"\n')

    assert read.values == {"B": "x y"}
    [said] = read.remarks
    assert said.startswith("ligne 1, ")
    assert "illisible" in said
    assert "secret" not in said


def test_a_variable_given_twice_is_that_of_the_last_line_and_this_is_said() -> None:
    read = read_lines("A=1\nB=2\nA=3\n")

    assert read.values == {"A": "3", "B": "2"}
    assert read.remarks == ["ligne 3, A : déjà donnée à la ligne 1 ; celle-ci l'emporte."]


def test_an_empty_value_says_nothing() -> None:
    assert read_lines("A=\nB=''\nC=   \n").values == {}


def test_a_file_written_on_windows_is_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("\ufeffA=1\r\nB=2\r\n".encode())

    assert read_env_file(file).values == {"A": "1", "B": "2"}
    assert read_env_file(file).remarks == []


@pytest.mark.parametrize("content", [None, "A=1\n".encode("utf-16")])
def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "absent.env"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(LocalError, match=r"absent\.env (ne peut être lu|n'est pas un texte)"):
        read_env_file(file)


def test_a_file_too_large_for_variables_is_one_sentence_and_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=secret\n" * 10_000, encoding="utf-8")

    with pytest.raises(LocalError, match=r"^\S+\.env fait plus de 32 Kio, trop pour des variables ; [^\n]+$"):
        read_env_file(file)
    with pytest.raises(LocalError, match="plus de 32 Kio"):
        read_env_file(Path("/dev/zero"))


def test_a_line_too_long_for_a_variable_is_named_and_its_value_is_not(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\nB=secret" + " " * 30_000 + "x\n", encoding="utf-8")

    with pytest.raises(LocalError, match=r"^\S+\.env, ligne 2 : plus de 4096 caractères ; [^\n]+$") as raised:
        read_env_file(file)

    assert "secret" not in str(raised.value)


def test_the_largest_file_is_read_in_good_time() -> None:
    begun = time.monotonic()

    read_lines(("A=x" + " " * 4_000 + "y\n") * 8)

    assert time.monotonic() - begun < PATIENCE_SECONDS


def test_what_only_some_call_the_end_of_a_line_does_not_cut_a_value() -> None:
    assert read_lines("A='x\x85y\u2028z'\n").values == {"A": "x\x85y\u2028z"}


def test_values_do_not_show_in_a_traceback() -> None:
    assert "secret" not in repr(read_lines("A=secret"))


def test_a_space_inside_quotes_is_dropped_with_a_word() -> None:
    file = read_lines("VENTIS_MESSAGING_SENDER='VENTIS '")
    assert file.values == {"VENTIS_MESSAGING_SENDER": "VENTIS"}
    assert any("espaces entre les guillemets ôtés" in remark for remark in file.remarks)
