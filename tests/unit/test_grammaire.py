"""The words of the commands: one grammar, in French, the same for the person and for who has the connections."""

import argparse
import re
from collections.abc import Iterator

import pytest

from relances.cli.commande import CODES, Commande, run_of
from relances.cli.francais import in_french
from relances.cli.grammaire import grammar
from relances.local.cli import main, parser

ENGLISH = re.compile(r"\b(usage: |show this|required|argument|arguments|invalid|choose|expected|options? to|default)\b")


def leaves(command: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    below = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield command
    for action in below:
        for each in action.choices.values():
            yield from leaves(each)


LEAVES = {leaf.prog: leaf for leaf in leaves(parser())}
HANDED_ON = {leaf.prog: leaf for leaf in leaves(grammar()[0])}


@pytest.mark.parametrize("prog", LEAVES)
def test_each_command_helps_in_french_with_an_example_and_its_exit_codes(prog: str) -> None:
    said = LEAVES[prog].format_help()
    assert said.startswith(f"usage : {prog}")
    assert not ENGLISH.search(said)
    assert f"exemple :\n  {prog}" in said
    assert all(f"\n  {code:<4}{meaning}" in said for code, meaning in CODES.items())


@pytest.mark.parametrize("prog", LEAVES)
def test_the_example_of_a_command_is_one(prog: str) -> None:
    [example] = re.findall(r"exemple :\n  relances (.+)", LEAVES[prog].format_help())
    parser().parse_args(example.split())


@pytest.mark.parametrize("prog", LEAVES)
def test_every_option_says_what_it_is(prog: str) -> None:
    assert [action.dest for action in LEAVES[prog]._actions if not action.help] == []


@pytest.mark.parametrize("prog", HANDED_ON)
def test_what_is_handed_on_is_read_as_the_person_s_own_words(prog: str) -> None:
    assert HANDED_ON[prog].format_help() == LEAVES[prog].format_help()


@pytest.mark.parametrize("prog", LEAVES)
def test_there_is_something_to_do_for_every_command(prog: str) -> None:
    run = LEAVES[prog].get_default("run")
    assert callable(run_of(argparse.Namespace(run=run)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "il manque la commande"),
        ("opposition", "il manque l'action"),
        ("opposition importer", "il manque le fichier (FICHIER.csv)"),
        ("envois arreté", "action : 'arreté' n'est pas l'un de 'arreter', "),
        ("inconnue", "commande : 'inconnue' n'est pas l'un de 'diagnostic', "),
        ("envoyer-test", "il manque --fournisseur"),
        ("envoyer-test --fournisseur", "--fournisseur attend une valeur"),
        ("envoyer-test --fournisseur pigeon", "--fournisseur : 'pigeon' n'est pas l'un de 'ventis', "),
        ("opposition ajouter", "il manque l'une des options --contribuable --telephone"),
        ("opposition ajouter --contribuable 1 --telephone", "--telephone ne va pas avec --contribuable"),
        ("corrections --json --csv x", "--csv ne va pas avec --json"),
        ("apercu --cs x", "option inconnue : --cs"),
        ("restaurer --passages", "option inconnue : --passages"),
        ("apercu --date demain", "--date : attendu une date comme 2026-03-31"),
        ("apercu --date 20260331", "--date : attendu une date comme 2026-03-31"),
        ("base-fictive --url x --date 2026-W14-2", "--date : attendu une date comme 2026-03-31"),
        (
            "base-fictive --url x --contribuables 0",
            "--contribuables : attendu un entier d'au moins 1 et d'au plus 2500000",
        ),
        ("apercu --categories", "--categories attend au moins une valeur"),
        ("apercu --limite beaucoup", "--limite : attendu un entier d'au moins 1 et d'au plus 1000000"),
        ("apercu --limite 5000000000", "--limite : attendu un entier d'au moins 1 et d'au plus 1000000"),
        ("apercu --jours-retard-min 5000000000", "--jours-retard-min : attendu un entier d'au moins 0 et d'au plus 36"),
        ("menage --chaque-jour=3", "--chaque-jour ne prend pas de valeur"),
        ("corrections --tout --rien=1", "option inconnue : --tout, --rien"),
        ("douteuses Jean 066123456", "2 mots de trop"),
        ("base-fictive --url x --date demain", "--date : attendu une date comme 2026-03-31"),
        ("base-fictive --url x --date 2026-03-31 --graine x", "--graine : 'x' n'est pas un nombre entier"),
    ],
)
def test_wrong_words_are_refused_in_one_french_sentence(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    prog, _, told = line.partition(" : ")
    assert told.startswith(said)
    assert told.endswith(f" ; voyez {prog} --help")
    assert prog in {"relances", "relances opposition", *LEAVES}
    assert not ENGLISH.search(line)


def test_a_command_refuses_by_itself_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["opposition", "lister", "--tout"])
    assert capsys.readouterr().err == (
        "relances opposition lister : option inconnue : --tout ; voyez relances opposition lister --help\n"
    )


@pytest.mark.parametrize("word", ["arreter", "arrêter", "arre\u0302ter"])
def test_all_is_stopped_with_or_without_the_accent(word: str) -> None:
    assert parser().parse_args(["envois", word]).action == "arreter"


def test_what_is_asked_for_shows_no_value_to_give() -> None:
    said = LEAVES["relances opposition ajouter"].format_help()
    assert "(--contribuable ID | --telephone)" in said
    assert "TELEPHONE" not in said
    assert "MOTIF" not in said


def test_the_example_of_restaurer_vouches_for_nothing() -> None:
    assert "exemple :\n  relances restaurer\n" in LEAVES["relances restaurer"].format_help()


@pytest.mark.parametrize("word", ["066123456", "+241 66 12 34 56", "ONDO"])
def test_a_word_that_may_be_of_a_person_is_not_repeated(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["douteuses", word])
    assert word not in capsys.readouterr().err


def test_what_argparse_may_say_some_day_is_not_said_in_another_language() -> None:
    assert in_french("the moon is full") == ""


def test_a_refusal_of_unknown_words_still_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Commande(prog="relances").error("the moon is full")
    assert capsys.readouterr().err == "relances : mot inconnu, manquant ou de trop ; voyez relances --help\n"
