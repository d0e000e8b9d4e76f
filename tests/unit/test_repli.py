"""Where a relance may go on, when its own way does not lead to its contribuable."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.politique import load_policy
from relances.rules.gabarits import DEFAULT_FOLDER, Gabarits
from relances.rules.models import Canal
from relances.rules.numeros import Numero, lire, reach
from relances.rules.redaction import Plume
from relances.rules.repli import Deplacement, Retenue, beginnings, by_another_canal, by_another_fournisseur, overlap
from relances.rules.routing import Chemin
from relances.rules.soldes import Debiteur, EnAttente, Reste

POLITIQUE = load_policy()
PLUME = Plume(POLITIQUE, Gabarits(DEFAULT_FOLDER, POLITIQUE.texte.langue))
GABON = Chemin("ventis", frozenset({"GA"}), 1_000, par_segment=True, tarif=Decimal(25))
AMERICA = Chemin("zoom", frozenset({"US", "CA"}), 500, par_segment=True, tarif=Decimal(30))
WORLD = Chemin("twilio", frozenset(), 1_600, par_segment=False, tarif=Decimal(35))
GABONESE, AMERICAN, FRENCH = "24177000000", "15145551234", "33612345678"
DEBITEUR = Debiteur("ONDO", "Marie", "fr", {"1": "Taxe de marché"})


def held(telephone: str = AMERICAN, texte: str = "Vous devez 15 000 FCFA.") -> Retenue:
    return Retenue(7, 2, telephone, texte, 1)


def moved(relance: Retenue, *chemins: Chemin) -> Deplacement | None:
    return by_another_fournisseur(relance, Canal.SMS, chemins, POLITIQUE.texte.segments_max)


def elsewhere(
    telephone: str, *chemins: Chemin, debiteur: Debiteur | None = DEBITEUR, du: int = 15_000
) -> Deplacement | None:
    creances = (Reste("1", Decimal(du), date(2026, 11, 1)),)
    relance = EnAttente(7, 1, date(2026, 11, 21), 1, Canal.SMS, creances)
    return by_another_canal(relance, telephone, debiteur, PLUME, chemins)


# --- by another fournisseur ---


def test_the_first_that_reaches_the_number_takes_it() -> None:
    found = moved(held(), GABON, AMERICA, AMERICA._replace(fournisseur="autre"))
    assert found is not None
    assert (found.relance_id, found.canal, found.fournisseur, found.niveau) == (7, Canal.SMS, "zoom", 2)
    assert found.redaction.texte == held().texte


@pytest.mark.parametrize("telephone", [GABONESE, FRENCH])
def test_a_number_that_none_of_them_reaches_stays(telephone: str) -> None:
    assert moved(held(telephone), AMERICA) is None


def test_a_text_longer_than_it_takes_stays_or_goes_to_the_next() -> None:
    long = held(texte="a" * 550)
    assert moved(long, AMERICA) is None
    found = moved(long, AMERICA, AMERICA._replace(fournisseur="autre", longueur_max=600))
    assert found is not None
    assert found.fournisseur == "autre"


def test_a_text_of_more_segments_than_the_policy_allows_stays() -> None:
    roomy = AMERICA._replace(longueur_max=10_000)
    assert moved(held(texte="a" * 153 * POLITIQUE.texte.segments_max), roomy) is not None
    assert moved(held(texte="a" * (153 * POLITIQUE.texte.segments_max + 1)), roomy) is None


@pytest.mark.parametrize(("chemin", "segments", "evites", "cout"), [(AMERICA, 2, 1, 60), (WORLD, 1, 0, 35)])
def test_it_costs_what_its_new_fournisseur_bills(chemin: Chemin, segments: int, evites: int, cout: int) -> None:
    found = moved(held(texte="a" * 161), chemin)
    assert found is not None
    redaction = found.redaction
    assert (redaction.segments, redaction.segments_evites, redaction.cout) == (segments, evites, cout)


@given(st.sampled_from([GABONESE, AMERICAN, FRENCH, "12025550123", "18765551234"]), st.integers(1, 700))
def test_what_moves_is_always_reached_and_taken(telephone: str, length: int) -> None:
    found = moved(held(telephone, "a" * length), AMERICA)
    if found is not None:
        assert isinstance(reach(lire(f"+{telephone}"), AMERICA.pays), Numero)
        assert length <= AMERICA.longueur_max


# --- by another canal ---


def test_it_is_written_again_for_the_other_canal() -> None:
    found = elsewhere(GABONESE, AMERICA, GABON)
    assert found is not None
    assert (found.canal, found.fournisseur, found.niveau) == (Canal.SMS, "ventis", 1)
    assert "15 000" in found.redaction.texte
    assert found.redaction.cout == GABON.tarif * found.redaction.segments


def test_a_text_that_the_other_canal_does_not_take_goes_nowhere() -> None:
    assert elsewhere(GABONESE, GABON._replace(longueur_max=10)) is None


def test_of_whom_nothing_is_known_any_more_nothing_is_written() -> None:
    assert elsewhere(GABONESE, GABON, debiteur=None) is None


def test_what_is_too_small_for_a_relance_goes_nowhere() -> None:
    assert elsewhere(GABONESE, GABON, du=1) is None


# --- the sieve ---


@pytest.mark.parametrize(
    ("chemin", "autre", "shared"),
    [(GABON, AMERICA, False), (AMERICA, AMERICA, True), (AMERICA, AMERICA._replace(pays=frozenset({"CA", "FR"})), True),
     (GABON, WORLD, True), (WORLD, AMERICA, True)],
)  # fmt: skip
def test_ways_of_a_country_in_common_overlap(chemin: Chemin, autre: Chemin, *, shared: bool) -> None:
    assert overlap(chemin.pays, autre.pays) is shared


def test_numbers_are_sieved_by_the_countries_of_the_ways() -> None:
    assert beginnings([GABON, AMERICA]) == ["1%", "241%"]
    assert beginnings([GABON, WORLD]) == ["%"]


@given(st.sampled_from([GABONESE, AMERICAN, FRENCH, "12025550123", "18765551234"]), st.sampled_from([GABON, AMERICA]))
def test_the_sieve_keeps_all_that_a_way_reaches(telephone: str, chemin: Chemin) -> None:
    if moved(held(telephone), chemin) is not None:
        assert any(telephone.startswith(each.removesuffix("%")) for each in beginnings([chemin]))
