"""Every command, in terminals, pipes and crons that are not in UTF-8."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from relances.cli.affichage import spoken
from relances.local import cli
from relances.local.settings import REPOSITORY
from relances.rules.lettres import PLAIN, held_by

ASCII = {"PYTHONIOENCODING": "ascii"}
NO_LANGUAGE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENVIRONMENTS = {
    "ascii": ASCII,
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "cp1252": {"PYTHONIOENCODING": "cp1252:strict"},
    "POSIX": {"LC_ALL": "POSIX", "LANG": "C"},
    "cron": NO_LANGUAGE,
}
LOCAL = "import sys; from relances.local.cli import main; sys.exit(main())"


def leaves(parser: argparse.ArgumentParser, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of every command, with something for each that they require."""
    commands = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if commands:
        for name, command in commands[0].choices.items():
            yield from leaves(command, *words, name)
        return
    groups = [group for group in parser._mutually_exclusive_groups if group.required]
    required = [action for action in parser._actions if action.required]
    for action in (*required, *(group._group_actions[0] for group in groups)):
        value = str(next(iter(action.choices))) if action.choices else "é’…"
        words += (*action.option_strings[:1], value)
    yield words


COMMANDS = list(leaves(cli.parser()))


def run(
    *words: str | bytes, environment: dict[str, str], code: str = LOCAL, **given: str
) -> subprocess.CompletedProcess[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "AIRFLOW_HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *words],
        env={**kept, **environment, **given},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def said(done: subprocess.CompletedProcess[bytes], encoding: str = "utf-8") -> str:
    text = (done.stdout + done.stderr).decode(encoding)
    assert "Traceback" not in text, text
    assert "Error" not in text, text
    assert "\\x" not in text, text  # nobody reads accents by their numbers
    assert text.strip()
    return text


def test_the_commands_are_all_there() -> None:
    assert {words[0] for words in COMMANDS} >= {"demo", "up", "migrer", "apercu", "opposition", "base-fictive"}
    assert {words[:2] for words in COMMANDS} >= {("opposition", "importer"), ("opposition", "lister")}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, bytes]]:
    """How each of the commands ended and what it printed, in a cron: one after the other in one process."""
    code = """if True:
        import json, os, sys
        from relances.local.cli import main
        for words in json.loads(sys.argv[1]):
            try:
                code = main([os.fsdecode(word.encode()) for word in words])
            except SystemExit as end:
                code = end.code
            print(f"\\x1e{code}\\x1f", flush=True)
    """
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "AIRFLOW_HOME") if name in os.environ}
    # A setting that none of them can take, in words that no such terminal can show.
    refused = {"EXECUTOR": "été", "RELANCES_ETAT": str(tmp_path_factory.mktemp("etat"))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, json.dumps(COMMANDS)],
        env={**kept, **NO_LANGUAGE, **refused},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    ends = [part.split(b"\x1e") for part in done.stdout.split(b"\x1f\n")[:-1]]
    return [(int(code), said) for said, code in ends]


def test_every_command_was_asked(refusals: list[tuple[int, bytes]]) -> None:
    assert len(refusals) == len(COMMANDS) > 20


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=lambda number: " ".join(COMMANDS[number]))
def test_every_command_says_why_it_cannot_in_a_cron_without_a_language(
    number: int, refusals: list[tuple[int, bytes]]
) -> None:
    code, printed = refusals[number]

    assert code in {1, 2}
    said(subprocess.CompletedProcess([], code, printed, b""), "ascii")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("words", [["--help"], ["inconnue"]], ids=" ".join)
def test_help_and_refusals_are_printed_everywhere(environment: str, words: list[str]) -> None:
    done = run(*words, environment=ENVIRONMENTS[environment])

    assert done.returncode == (2 if words == ["inconnue"] else 0)
    said(done, environment if environment in {"latin-1", "cp1252"} else "utf-8")


@pytest.mark.parametrize("environment", ["ascii", "cron"])
@pytest.mark.parametrize("words", [("--help",), ("diagnostic",)], ids=" ".join)
def test_the_process_that_reads_airflow_s_connections_prints_everywhere_too(
    environment: str, words: tuple[str, ...]
) -> None:
    code = "import runpy; runpy.run_module('relances.cli', run_name='__main__', alter_sys=True)"
    said(run(*words, environment=ENVIRONMENTS[environment], code=code), "ascii")


@pytest.mark.parametrize("environment", ["ascii", "cron"])
def test_the_simulators_too(environment: str) -> None:
    code = "import runpy; runpy.run_module('simulators', run_name='__main__', alter_sys=True)"
    done = run("--faults", "/nulle/part/é’…", environment=ENVIRONMENTS[environment], code=code)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr.decode("ascii")
    assert "Les simulateurs n'ont pas d" in done.stderr.decode("ascii")


# --- words that are no text ---


@pytest.mark.parametrize(
    "words",
    [
        ("importer-contacts", "--campagne", b"march\xe9", "x.csv"),
        ("opposition", "ajouter", "--contribuable", b"d\xe9c\xe8s"),
        ("apercu", "--categories", b"\xe9"),
        ("corrections", "--passage", b"\xe9"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("environment", ["UTF-8", "cron"])
def test_a_word_that_is_no_text_is_refused_in_one_sentence(words: tuple[str | bytes, ...], environment: str) -> None:
    done = run(*words, environment=ENVIRONMENTS.get(environment, {}))

    assert done.returncode == 2
    [line] = said(done).splitlines()
    assert "n'est pas du texte en UTF-8" in line


def test_a_word_in_utf_8_is_read_in_a_cron_without_a_language() -> None:
    read = "print(parser().parse_args(sys.argv[1:]).contribuable.encode().hex())"
    code = f"import sys; from relances.local.cli import parser; {read}"
    words = ("opposition", "ajouter", "--contribuable=décès".encode())

    assert said(run(*words, environment=NO_LANGUAGE, code=code)) == "décès".encode().hex() + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_word_typed_in_latin_1_is_read_by_the_process_that_it_is_handed_to(encoding: str) -> None:
    """It is in UTF-8 itself, and prints as the terminal."""
    read = "print(parser().parse_args(sys.argv[1:]).contribuable.encode().hex())"
    code = f"import sys; from relances.local.cli import parser; {read}"
    words = ("opposition", "ajouter", "--contribuable=décès".encode(encoding))
    environment = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "iso8859-1:replace"}

    assert said(run(*words, environment=environment, code=code)) == "décès".encode().hex() + "\n"


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/cl\xe9s"))
    file.write_text("VENTIS_MESSAGING_SENDER=MAIRIE\n", encoding="utf-8")

    done = run("connexions", "--depuis-env", os.fsencode(file), "--imprimer", environment={})

    assert done.returncode == 0
    assert "AIRFLOW_CONN_VENTIS_DEFAULT" in said(done)


def test_a_variable_that_is_no_text_is_named() -> None:
    done = run("down", environment={}, RELANCES_ETAT="\udce9")

    assert done.returncode == 1
    assert "RELANCES_ETAT n'est pas du texte" in said(done)


# --- nobody listens ---


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("length", [1, 100_000])
def test_a_reader_who_leaves_ends_the_command_without_a_word(unbuffered: str, length: int) -> None:
    code = f"""if True:
        import sys, time
        from relances.cli.affichage import spoken
        with spoken():
            sys.stdin.read()
            print("é’…\\n" * {length})
            print("encore")
    """
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_pipe_that_is_not_the_output_still_fails_aloud() -> None:
    with pytest.raises(BrokenPipeError, match="ailleurs"), spoken():
        raise BrokenPipeError("ailleurs")


@pytest.mark.parametrize("closed", ["1", "2"])
def test_an_output_that_the_shell_closed_is_no_trouble(closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -c "$1" --help {closed}>&-', sys.executable, LOCAL],
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


# --- files ---


def test_no_file_is_opened_in_whatever_encoding_the_machine_speaks() -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--select", "PLW1514", "--no-cache"]
    done = subprocess.run([*ruff, "include", "plugins", "dags"], cwd=REPOSITORY, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout.decode()
    sources = [file for part in ("include", "plugins", "dags") for file in (REPOSITORY / part).rglob("*.py")]
    assert [file.name for file in sources if "text=True" in file.read_text(encoding="utf-8")] == []


# --- plainer letters ---


@pytest.mark.parametrize(
    ("encoding", "text", "held"),
    [
        ("ascii", "Déjà « relancé » · l’été… ✔ ✘ → 15 000 €", 'Deja " relance " . l\'ete... + X -> 15 000 EUR'),
        ("latin-1", "Œuvre d’été", "OEuvre d'été"),
        ("cp1252", "Œuvre d’été", "Œuvre d’été"),
        ("iso8859-2", "réf. · ç", "réf. . ç"),
        ("ascii", "你\udce9\x80", "???"),
        ("utf-8", "\udce9", "?"),
    ],
)
def test_what_an_encoding_cannot_hold_is_written_in_plainer_letters(encoding: str, text: str, held: str) -> None:
    assert held_by(encoding, text) == held
    assert text.encode(encoding, PLAIN) == held.encode(encoding)
