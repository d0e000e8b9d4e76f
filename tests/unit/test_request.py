"""A run's parameters: what they mean, and the sentence for each wrong one."""

from datetime import date

import pytest

from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.request import DEFAULTS, Request
from tests.support import one_sentence

TODAY = date(2026, 11, 21)


def request(**over: object) -> Request:
    return Request.of("passage-1", {**DEFAULTS, **over}, TODAY)


def test_the_defaults_remind_everybody_today() -> None:
    assert request() == Request(
        run_id="passage-1",
        date_relance=TODAY,
        jour_passage=TODAY,
        canal=None,
        fournisseur=None,
        jours_retard_min=7,
        limite=None,
        categories=(),
        envoyer_automatiquement=True,
        simulation=False,
        campagne=None,
        oppositions=(),
    )


def test_each_parameter_may_be_chosen() -> None:
    chosen = request(jours_retard_min=0, limite=1, categories=["MARCHE"], date_relance="2026-03-31")
    assert (chosen.jours_retard_min, chosen.limite, chosen.categories) == (0, 1, ("MARCHE",))
    assert chosen.date_relance == date(2026, 3, 31)
    assert request(type_relance="whatsapp", fournisseur="twilio").canal is Canal.WHATSAPP
    assert request(type_relance="whatsapp", fournisseur="twilio").fournisseur == "twilio"
    assert request(oppositions=["12", "A-7"]).oppositions == ("12", "A-7")


def test_oppositions_lose_the_spaces_around_them() -> None:
    assert request(oppositions=[" 1", "2\n", "A  7"]).oppositions == ("1", "2", "A 7")


@pytest.mark.parametrize("id", [" ", "\n", "a\0b", "x" * 201])
def test_an_opposition_that_can_be_no_id_is_refused(id: str) -> None:
    with pytest.raises(Blocked) as refused:
        request(oppositions=["1", id])
    assert one_sentence(refused.value).startswith("paramètre oppositions : attendu des identifiants de contribuables")


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_date_is_the_run_s_own_day(empty: str | None) -> None:
    assert request(date_relance=empty).date_relance == TODAY


def test_two_runs_for_one_day_share_an_occasion() -> None:
    one, other = (Request.of(run_id, DEFAULTS, TODAY) for run_id in ("a", "b"))
    assert one.occasion == other.occasion == "jour:2026-11-21"


def test_a_campaign_is_one_occasion_whatever_the_day() -> None:
    one, other = (Request.of("a", {**DEFAULTS, "campagne": "Marchés"}, day) for day in (TODAY, date(2026, 12, 1)))
    assert one.occasion == other.occasion == "campagne:Marchés"


def test_the_day_of_the_run_stays_when_another_day_is_reminded() -> None:
    assert request(date_relance="2026-03-31").jour_passage == TODAY


def test_each_simulation_is_an_occasion_of_its_own() -> None:
    one, other = (Request.of(run_id, {**DEFAULTS, "simulation": True}, TODAY) for run_id in ("a", "b"))
    assert len({one.occasion, other.occasion, request().occasion}) == 3


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("limite", 0, "un entier d'au moins 1"),
        ("limite", -5, "un entier d'au moins 1"),
        ("limite", True, "un entier d'au moins 1"),
        ("limite", 2.5, "un entier d'au moins 1"),
        ("limite", "10", "un entier d'au moins 1"),
        ("limite", "", "un entier d'au moins 1"),
        ("jours_retard_min", -1, "un entier d'au moins 0"),
        ("jours_retard_min", None, "un entier d'au moins 0"),
        ("jours_retard_min", False, "un entier d'au moins 0"),
        ("date_relance", "2026-11-22", "au plus tard le 21/11/2026"),
        ("date_relance", "demain", "une date comme 2026-03-31"),
        ("date_relance", "2026-02-30", "une date comme 2026-03-31"),
        ("date_relance", "20260331", "une date comme 2026-03-31"),
        ("date_relance", 20260331, "une date comme 2026-03-31"),
        ("type_relance", "pigeon", "sms ou whatsapp"),
        ("campagne", "", "un nom, ou rien"),
        ("oppositions", "12", "une liste de codes"),
        ("fournisseur", "", "un nom, ou rien"),
        ("fournisseur", 1, "un nom, ou rien"),
        ("categories", "MARCHE", "une liste de codes"),
        ("categories", [""], "une liste de codes"),
        ("categories", [1], "une liste de codes"),
        ("envoyer_automatiquement", "oui", "vrai ou faux"),
        ("envoyer_automatiquement", 1, "vrai ou faux"),
        ("simulation", None, "vrai ou faux"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_may_hold(name: str, value: object, expected: str) -> None:
    with pytest.raises(Blocked) as refused:
        request(**{name: value})
    message = one_sentence(refused.value)
    assert message.startswith(f"paramètre {name} : attendu {expected}")
    assert f"parameter {name}: expected" in message


def test_a_campaign_has_no_categories_beside_it() -> None:
    with pytest.raises(Blocked, match="paramètre categories : attendu rien avec une campagne"):
        request(campagne="Marchés", categories=["MARCHE"])


def test_a_campaign_has_no_oppositions_beside_it() -> None:
    with pytest.raises(Blocked) as refused:
        request(campagne="Marchés", oppositions=["12"])
    message = one_sentence(refused.value)
    assert message.startswith("paramètre oppositions : attendu rien avec une campagne ; pour ses contacts, relances ")
    assert "opposition ajouter --telephone …" in message
    assert request(campagne="Marchés", oppositions=[]).oppositions == ()


def test_a_misspelt_parameter_is_refused_not_ignored() -> None:
    with pytest.raises(Blocked, match="paramètre simulaton : attendu un nom connu"):
        request(simulaton=True)
