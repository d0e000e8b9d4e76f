"""Where a relance may go on, when its own way does not lead to its contribuable."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from relances.policy.gabarits import DEFAULT_FOLDER
from relances.policy.politique import load_policy
from relances.rules.models import Canal, Chemin
from relances.rules.numeros import Numero, lire, reach
from relances.rules.redaction import Plume
from relances.rules.repli import Deplacement, beginnings, by_another_canal
from relances.rules.soldes import Debiteur, EnAttente, Reste
from tests.support import load_gabarits

POLITIQUE = load_policy()
PLUME = Plume(POLITIQUE, load_gabarits(DEFAULT_FOLDER, POLITIQUE.texte.langue))
GABON = Chemin("ventis", frozenset({"GA"}), 1_000, par_segment=True, tarif=Decimal(25))
AMERICA = Chemin("zoom", frozenset({"US", "CA"}), 500, par_segment=True, tarif=Decimal(30))
WORLD = Chemin("twilio", frozenset(), 1_600, par_segment=False, tarif=Decimal(35))
GABONESE, AMERICAN, FRENCH = "24177000000", "15145551234", "33612345678"
DEBITEUR = Debiteur("ONDO", "Marie", "fr", {"1": "Taxe de marché"})


def elsewhere(
    telephone: str, *chemins: Chemin, debiteur: Debiteur | None = DEBITEUR, du: int = 15_000
) -> Deplacement | None:
    creances = (Reste("1", Decimal(du), date(2026, 11, 1)),)
    relance = EnAttente(7, 1, date(2026, 11, 21), 1, Canal.SMS, creances)
    return by_another_canal(relance, telephone, debiteur, PLUME, chemins)


def test_it_is_written_again_for_the_other_canal() -> None:
    found = elsewhere(GABONESE, AMERICA, GABON)
    assert found is not None
    assert (found.canal, found.fournisseur, found.niveau) == (Canal.SMS, "ventis", 1)
    assert "15 000" in found.redaction.texte
    assert found.redaction.cout == GABON.tarif * found.redaction.segments


def test_a_text_that_the_other_canal_does_not_take_goes_nowhere() -> None:
    assert elsewhere(GABONESE, GABON._replace(longueur_max=10)) is None


def test_a_text_longer_than_the_first_takes_goes_to_the_next() -> None:
    found = elsewhere(GABONESE, GABON._replace(longueur_max=10), GABON._replace(fournisseur="autre"))
    assert found is not None
    assert found.fournisseur == "autre"


def test_a_text_of_more_segments_than_the_policy_allows_goes_nowhere() -> None:
    long = replace(DEBITEUR, nom="O" * 153 * POLITIQUE.texte.segments_max)
    assert elsewhere(GABONESE, GABON._replace(longueur_max=10_000), debiteur=long) is None
    assert elsewhere(GABONESE, GABON._replace(longueur_max=10_000, par_segment=False), debiteur=long) is not None


@given(st.sampled_from([GABONESE, AMERICAN, FRENCH, "12025550123", "18765551234"]), st.integers(1, 700))
def test_what_moves_is_always_reached_and_taken(telephone: str, length: int) -> None:
    found = elsewhere(telephone, AMERICA, debiteur=replace(DEBITEUR, nom="O" * length))
    if found is not None:
        assert isinstance(reach(lire(f"+{telephone}"), AMERICA.pays), Numero)
        assert len(found.redaction.texte) <= AMERICA.longueur_max


def test_of_whom_nothing_is_known_any_more_nothing_is_written() -> None:
    assert elsewhere(GABONESE, GABON, debiteur=None) is None


def test_what_is_too_small_for_a_relance_goes_nowhere() -> None:
    assert elsewhere(GABONESE, GABON, du=1) is None


# --- the sieve ---


def test_numbers_are_sieved_by_the_countries_of_the_ways() -> None:
    assert beginnings([GABON, AMERICA]) == ["1%", "241%"]
    assert beginnings([GABON, WORLD]) == ["%"]


@given(st.sampled_from([GABONESE, AMERICAN, FRENCH, "12025550123", "18765551234"]), st.sampled_from([GABON, AMERICA]))
def test_the_sieve_keeps_all_that_a_way_reaches(telephone: str, chemin: Chemin) -> None:
    if elsewhere(telephone, chemin) is not None:
        assert any(telephone.startswith(each.removesuffix("%")) for each in beginnings([chemin]))
