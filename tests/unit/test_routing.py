"""Which fournisseur reaches a contribuable, and under which number."""

from decimal import Decimal

import pytest

from relances.rules.models import Canal
from relances.rules.numeros import Numero, Refus, lire
from relances.rules.routing import Chemin, Destination, Routage

VENTIS = Chemin("ventis", frozenset({"GA"}), longueur_max=1530, par_segment=True, tarif=Decimal(25))
ZOOM = Chemin("zoom", frozenset({"US", "CA"}), longueur_max=500, par_segment=True, tarif=Decimal(30))
TWILIO = Chemin("twilio", frozenset(), longueur_max=1600, par_segment=False, tarif=Decimal(35))

GABONESE = Numero("24166123456")
AMERICAN = Numero("15551234567", "US", attribue=False)
CANADIAN = Numero("15145551234", "CA")


def routage(
    *chemins: Chemin,
    imposee: bool = False,
    accepter_format_guide: bool = False,
    signales: dict[str, Refus] | None = None,
) -> Routage:
    return Routage(Canal.SMS, chemins, imposee, accepter_format_guide, signales or {})


def best(routage: Routage, *typed: str) -> Destination | Refus:
    """The way to who gave these numbers."""
    return routage.best([(saisie, lire(saisie)) for saisie in typed])


BY_NUMBER = routage(VENTIS, ZOOM)


# --- whose number it is ---


@pytest.mark.parametrize(
    ("typed", "destination"),
    [
        ("066123456", Destination(VENTIS, GABONESE)),
        ("+15551234567", Destination(ZOOM, AMERICAN)),
        ("+15145551234", Destination(ZOOM, CANADIAN)),
        ("+33612345678", Refus.HORS_REGION),
        ("011723456", Refus.LIGNE_FIXE),
        ("99999999", Refus.INVALIDE),
    ],
)
def test_the_country_of_the_number_tells_the_fournisseur(typed: str, destination: Destination | Refus) -> None:
    assert best(BY_NUMBER, typed) == destination


def test_the_preferred_of_two_that_reach_a_country_is_taken() -> None:
    assert best(routage(TWILIO, VENTIS), "066123456") == Destination(TWILIO, GABONESE)
    assert best(routage(VENTIS, TWILIO), "066123456") == Destination(VENTIS, GABONESE)


def test_ten_bare_digits_never_go_to_america_by_themselves() -> None:
    assert best(BY_NUMBER, "5145551234") == Refus.INVALIDE


def test_an_american_number_without_its_fournisseur_is_of_no_region_served() -> None:
    assert best(routage(VENTIS), "+15145551234") == Refus.HORS_REGION


# --- one fournisseur asked for ---


def test_the_only_one_asked_for_gets_what_it_reaches_and_nothing_else() -> None:
    forced = routage(ZOOM, imposee=True)
    assert best(forced, "5145551234") == Destination(ZOOM, CANADIAN)
    assert best(forced, "066123456") == Refus.HORS_REGION


# --- several numbers ---


def test_the_first_usable_number_of_a_contribuable_is_taken() -> None:
    typed = ["NEANT", "011723456", "066123456", "+15551234567"]
    assert best(BY_NUMBER, *typed) == Destination(VENTIS, GABONESE)


def test_without_a_usable_number_the_reason_is_that_of_the_first_which_is_one() -> None:
    assert best(BY_NUMBER, "-", "+33612345678", "011723456") == Refus.HORS_REGION


@pytest.mark.parametrize("numbers", [[], [""], ["", "NEANT"]])
def test_a_contribuable_without_a_number_is_told_apart(numbers: list[str]) -> None:
    assert best(BY_NUMBER, *numbers) == Refus.ABSENT


# --- the format of the guides ---


def test_a_number_in_the_guides_format_is_set_aside_by_default() -> None:
    assert best(BY_NUMBER, "0661234567") == Refus.FORMAT_GUIDE


def test_a_number_in_the_guides_format_is_taken_where_the_policy_says_so() -> None:
    taken = best(routage(VENTIS, accepter_format_guide=True), "0661234567")
    assert taken == Destination(VENTIS, Numero("2410661234567", format_guide=True))


# --- numbers not to write to ---


def test_a_number_said_unreachable_gives_way_to_the_next() -> None:
    known = routage(VENTIS, signales={"24166123456": Refus.INJOIGNABLE})
    assert best(known, "066123456", "077123456") == Destination(VENTIS, Numero("24177123456"))
    assert best(known, "066123456") == Refus.INJOIGNABLE


@pytest.mark.parametrize("typed", [["066123456", "077123456"], ["077123456", "066123456"]])
def test_who_asked_for_silence_is_not_written_to_under_another_number(typed: list[str]) -> None:
    known = routage(VENTIS, signales={"24166123456": Refus.OPPOSITION})
    assert best(known, *typed) == Refus.OPPOSITION


@pytest.mark.parametrize("silenced", ["+33612345678", "0661234567"])
def test_silence_under_a_number_that_cannot_be_used_is_silence(silenced: str) -> None:
    known = routage(VENTIS, signales={"33612345678": Refus.OPPOSITION, "2410661234567": Refus.OPPOSITION})
    assert best(known, "077123456", silenced) == Refus.OPPOSITION
    assert best(known, silenced, "077123456") == Refus.OPPOSITION


def test_silence_under_a_number_that_only_the_way_asked_for_reads_is_silence() -> None:
    known = routage(ZOOM, imposee=True, signales={"15145551234": Refus.OPPOSITION})
    assert best(known, "6135551234", "5145551234") == Refus.OPPOSITION
