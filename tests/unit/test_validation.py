"""What is checked of an extraction, and what makes no sense to check."""

from decimal import Decimal

import pytest

from relances.policy.politique import load_policy
from relances.rules.validation import Controle, Effet, Resultat, VolumeExtrait, page_folder, phrase

BLOCKING = [controle for controle in Controle if controle.effet is Effet.BLOQUANTE]


@pytest.mark.parametrize("controle", BLOCKING)
def test_what_stops_the_run_says_its_cure_in_one_line(controle: Controle) -> None:
    resultat = Resultat(controle, "expect", "colonne", respecte=False, lignes=3, observe=Decimal("0.496"))
    text = phrase(resultat, ["1", "2"], VolumeExtrait(40, 3, Decimal(100)), load_policy())
    assert "\n" not in text
    assert any(cure in text for cure in ("corrigez", "changez", "lancez"))


@pytest.mark.parametrize("controle", [controle for controle in Controle if controle.effet is Effet.LIGNE])
def test_what_excludes_rows_stops_nothing(controle: Controle) -> None:
    resultat = Resultat(controle, "expect", "colonne", respecte=False)
    with pytest.raises(ValueError, match="stops nothing"):
        phrase(resultat, [], VolumeExtrait(40, 0, None), load_policy())


def test_a_share_just_below_its_threshold_does_not_read_like_it() -> None:
    resultat = Resultat(Controle.PART_TELEPHONES, "expect", "part", respecte=False, observe=Decimal("0.4961"))
    assert phrase(resultat, [], VolumeExtrait(40, 0, None), load_policy()).startswith("49,6 % des 40 créances")


@pytest.mark.parametrize(
    ("creances", "passages", "mean", "comparable"),
    [
        (5_000, 3, 10, True),  # what was few and is many
        (0, 3, 5_000, True),  # what was many and is none
        (19, 3, 19, False),
        (5_000, 2, 10, False),
        (5_000, 0, None, False),
    ],
)
def test_volumes_compare_where_there_is_something_to_compare(
    creances: int, passages: int, mean: int | None, comparable: bool
) -> None:
    assert VolumeExtrait(creances, passages, None if mean is None else Decimal(mean)).comparable is comparable


@pytest.mark.parametrize("run_id", ["..", "a/b", "manual__2026-11-21T08:00:00+01:00", "=3A", ":", "é"])
def test_the_folder_of_a_run_is_one_name_of_plain_letters_and_its_own(run_id: str) -> None:
    folder = page_folder(run_id)
    assert folder.isascii()
    assert not set(folder) & set("/\\:+ %")
    assert [other for other in ("..", "a/b", "=3A", ":") if page_folder(other) == folder] in ([], [run_id])
