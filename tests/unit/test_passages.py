"""What a run id stands for: the request of its first extraction, whatever is asked under it later."""

from datetime import date, timedelta

import pytest

from relances.rules.errors import Blocked
from relances.rules.passages import parameters, standing, to_keep
from relances.rules.request import DEFAULTS, Request
from tests.support import one_sentence

DAY = date(2026, 11, 30)


def asked(day: date = DAY, **over: object) -> Request:
    return Request.of("passage-1", {**DEFAULTS, **over}, day)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({}, {}),
        ({"date_relance": None}, {"date_relance": DAY.isoformat()}),
        ({"date_relance": ""}, {}),
        ({"categories": ["TM", "TA"]}, {"categories": ["TA", "TM"]}),
        ({"categories": ["TM", "TM"]}, {"categories": ["TM"]}),
        ({"categories": []}, {"categories": None}),
        ({"oppositions": ["12", "7"]}, {"oppositions": ["7", "12"]}),
        ({"simulation": True, "limite": 3}, {"simulation": True, "limite": 3}),
    ],
)
def test_the_same_asked_again_is_the_same_run(first: dict[str, object], again: dict[str, object]) -> None:
    assert standing(to_keep(asked(**first)), DAY, asked(**again)) == asked(**again)


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [
        ({"simulation": True}, {}, "simulation valait oui et vaut non"),
        ({}, {"simulation": True}, "simulation valait non et vaut oui"),
        ({"envoyer_automatiquement": False}, {}, "envoyer_automatiquement valait non et vaut oui"),
        ({}, {"limite": 5}, "limite valait vide et vaut 5"),
        ({"type_relance": "sms"}, {"type_relance": "whatsapp"}, "type_relance valait sms et vaut whatsapp"),
        ({"fournisseur": "zoom"}, {}, "fournisseur valait zoom et vaut vide"),
        ({"jours_retard_min": 7}, {"jours_retard_min": 8}, "jours_retard_min valait 7 et vaut 8"),
        ({"categories": ["TM"]}, {"categories": ["TA", "TM"]}, "categories valait TM et vaut TA TM"),
        ({"campagne": "rentrée"}, {}, "campagne valait rentrée et vaut vide"),
        ({"oppositions": ["12"]}, {}, "oppositions valait une liste de 1 et vaut vide"),
        ({}, {"date_relance": "2026-11-29"}, "date_relance valait 2026-11-30 et vaut 2026-11-29"),
    ],
)
def test_anything_else_is_refused_with_what_differs_and_the_cure(
    first: dict[str, object], again: dict[str, object], said: str
) -> None:
    with pytest.raises(Blocked) as refused:
        standing(to_keep(asked(**first)), DAY, asked(**again))
    message = one_sentence(refused.value)
    assert f"le passage passage-1 a déjà eu lieu avec d'autres paramètres ({said})" in message
    assert "sous un autre run id" in message


def test_the_same_parameters_on_another_day_are_another_run() -> None:
    tomorrow = DAY + timedelta(days=1)
    with pytest.raises(Blocked, match=r"jour du passage valait 30/11/2026 et vaut 01/12/2026"):
        standing(to_keep(asked()), DAY, asked(tomorrow, date_relance=DAY.isoformat()))


def test_a_default_that_another_version_changed_is_as_it_was_for_that_run() -> None:
    kept = to_keep(asked()) | {"jours_retard_min": 15, "defauts": {**DEFAULTS, "jours_retard_min": 15}}
    assert standing(kept, DAY, asked()) == asked(jours_retard_min=15)


def test_what_somebody_chose_is_not_taken_for_a_default_that_changed() -> None:
    kept = to_keep(asked()) | {"jours_retard_min": 30, "defauts": {**DEFAULTS, "jours_retard_min": 15}}
    with pytest.raises(Blocked, match="jours_retard_min valait 30 et vaut 7"):
        standing(kept, DAY, asked())


@pytest.mark.parametrize("lacking", [["envoyer_automatiquement", "oppositions", "defauts"], list(to_keep(asked()))])
def test_what_an_older_version_did_not_keep_is_as_asked(lacking: list[str]) -> None:
    kept = {name: value for name, value in to_keep(asked()).items() if name not in lacking}
    again = asked(envoyer_automatiquement=False, oppositions=["7"])
    assert standing(kept, DAY, again) == again


def test_every_parameter_of_the_dag_is_kept() -> None:
    assert parameters(asked()).keys() == DEFAULTS.keys()
