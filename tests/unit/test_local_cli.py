"""The ``relances`` command: what it says of words it does not know, and of Ctrl-C."""

import subprocess
import sys

import pytest

from relances.local.cli import interruption, main


@pytest.mark.parametrize("command", ["diagnostic", "envoyer-test"])
def test_a_test_message_may_have_left_before_an_interruption(command: str) -> None:
    assert "si un message de test partait, il est peut-être arrivé" in interruption(command)


@pytest.mark.parametrize(
    "command", ["apercu", "corrections", "douteuses", "importer-contacts", "opposition", "reactiver"]
)
def test_an_interrupted_command_that_sends_nothing_speaks_of_no_message(command: str) -> None:
    assert interruption(command) == "Interrompu."


def test_a_number_without_its_quotes_is_told_so_and_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["opposition", "ajouter", "--telephone", "066", "12", "34", "56"])
    said = capsys.readouterr().err
    assert "un numéro qui contient des espaces se met entre guillemets" in said
    assert "12 34" not in said


@pytest.mark.parametrize("words", ["", "inconnue", "opposition", "opposition importer", "importer-contacts x.csv"])
def test_words_that_make_no_command_are_refused_in_one_sentence(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    [said] = capsys.readouterr().err.splitlines()
    assert "mot inconnu, manquant ou de trop ; voyez relances" in said


def test_a_command_reads_no_module_that_only_others_need() -> None:
    code = "import sys, relances.local.cli, relances.store.lots; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"alembic", "sqlalchemy", "aiohttp", "redis", "simulators", "airflow"} & set(done.stdout.split())
