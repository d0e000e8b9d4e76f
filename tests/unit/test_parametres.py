"""One table of bounds: the form of a Dag, a request and a command line all hold by it."""

from datetime import date

import pytest
from airflow.sdk.exceptions import ParamValidationError

from relances.local.cli import parser
from relances.orchestration.formulaire import formulaire
from relances.rules.errors import Blocked
from relances.rules.parametres import ARRET, DIAGNOSTIC, MESSAGE_TEST, QUOTIDIENNES, Entier
from relances.rules.request import DEFAULTS, Request
from tests.support import one_sentence

BOUNDED = {nom: parametre.genre for nom, parametre in QUOTIDIENNES.items() if isinstance(parametre.genre, Entier)}
CASES = [
    (nom, value, genre.holds(value))
    for nom, genre in BOUNDED.items()
    for value in (genre.minimum - 1, genre.minimum, genre.maximum, genre.maximum + 1, 5_000_000_000)
]


def test_the_whole_numbers_have_bounds() -> None:
    assert BOUNDED.keys() == {"jours_retard_min", "limite"}


@pytest.mark.parametrize(("nom", "value", "held"), CASES)
def test_a_form_a_request_and_a_command_agree(
    nom: str, value: int, held: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    param, option = formulaire(QUOTIDIENNES)[nom], f"--{nom.replace('_', '-')}={value}"
    asked = {**DEFAULTS, nom: value}
    if held:
        assert param.resolve(value) == value
        assert getattr(Request.of("passage-1", asked, date(2026, 11, 21)), nom) == value
        assert getattr(parser().parse_args(["apercu", option]), nom) == value
        return
    with pytest.raises(ParamValidationError):
        param.resolve(value)
    with pytest.raises(Blocked) as refused:
        Request.of("passage-1", asked, date(2026, 11, 21))
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["apercu", option])
    expected = BOUNDED[nom].french
    assert one_sentence(refused.value).startswith(f"paramètre {nom} : attendu {expected}")
    assert ended.value.code == 2
    said = f"relances apercu : --{nom.replace('_', '-')} : attendu {expected} ; voyez relances apercu --help\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("parametres", [QUOTIDIENNES, ARRET, DIAGNOSTIC, MESSAGE_TEST])
def test_what_a_form_begins_with_is_something_that_it_takes(parametres: dict[str, object]) -> None:
    for param in formulaire(parametres).values():  # type: ignore[arg-type]
        param.resolve()


def test_a_field_that_may_be_empty_says_what_that_means() -> None:
    assert formulaire(ARRET)["fournisseur"].schema["values_display"] == {"null": "tous — all"}
    assert formulaire(ARRET)["fournisseur"].schema["enum"][0] is None
