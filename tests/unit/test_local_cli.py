"""The ``relances`` command: what it says of words it does not know, and of Ctrl-C."""

import re
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


@pytest.mark.parametrize(
    "words",
    [
        ("opposition", "ajouter", "--telephone", "066123456"),
        ("opposition", "ajouter", "--telephone", "066", "12", "34", "56"),
        ("opposition", "ajouter", "--contribuable=12", "--motif=DECES de ONDO"),
        ("opposition", "retirer", "--telephone=066123456"),
        ("reactiver", "066123456"),
        ("envoyer-test", "--fournisseur=ventis", "066123456", "Bonjour ONDO"),
        ("envoyer-test", "--fournisseur=ventis", "--texte=Bonjour ONDO"),
        ("diagnostic", "--fournisseur=ventis", "--telephone=066123456"),
    ],
    ids=" ".join,
)
def test_a_number_a_reason_or_a_text_on_the_command_line_is_refused_and_not_repeated(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    [said] = capsys.readouterr().err.splitlines()
    assert "ne se donne pas sur la ligne de commande" in said
    assert not {"066", "123456", "34", "ONDO"} & set(re.findall(r"\w+", said))


def test_a_number_where_no_command_expects_it_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["douteuses", "066123456"])
    assert "066123456" not in capsys.readouterr().err


@pytest.mark.parametrize("words", ["", "inconnue", "opposition", "opposition importer", "importer-contacts x.csv"])
def test_words_that_make_no_command_are_refused_in_one_sentence(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    [said] = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"relances\b[\w -]* : .+ ; voyez relances[\w -]* --help", said)


def test_a_command_reads_no_module_that_only_others_need() -> None:
    code = "import sys, relances.local.cli, relances.store.lots; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"alembic", "sqlalchemy", "aiohttp", "redis", "simulators", "airflow"} & set(done.stdout.split())
