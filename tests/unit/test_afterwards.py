"""What a provider says of a call afterwards: a doubt cleared, a message delivered or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.politique import load_policy
from relances.rules.afterwards import Piste, clear, delivered, kept_back, undelivered
from relances.rules.codes import Refus
from relances.rules.models import Statut
from relances.rules.outcomes import Constat, Reglement, put_off, refused

ENVOI = load_policy().envoi
LAST = ENVOI.tentatives_max
PISTES = st.lists(st.builds(Piste, st.sampled_from("abcd"), st.sampled_from([True, False, None])), max_size=4)


def cleared(*pistes: Piste, known: frozenset[str] = frozenset(), numero: int = 1) -> Reglement | None:
    return clear(pistes, known, numero, ENVOI, prouvable=True)


# --- doubts ---


def test_a_message_with_the_same_text_is_the_one_in_doubt() -> None:
    assert cleared(Piste("a", meme_texte=True)) == Reglement(Statut.ENVOYEE, Constat.RETROUVEE, reference="a")


def test_of_two_with_the_same_text_the_oldest_is_it() -> None:
    found = cleared(Piste("other", meme_texte=False), Piste("a", meme_texte=True), Piste("b", meme_texte=True))
    assert found is not None
    assert found.reference == "a"


def test_a_message_known_to_be_another_s_clears_nothing() -> None:
    found = cleared(Piste("a", meme_texte=True), Piste("b", meme_texte=True), known=frozenset("a"))
    assert found is not None
    assert found.reference == "b"


def test_a_message_with_the_same_text_counts_more_than_one_whose_text_is_not_known() -> None:
    found = cleared(Piste("a", meme_texte=None), Piste("b", meme_texte=True))
    assert found is not None
    assert found.reference == "b"


def test_a_message_whose_text_is_not_known_leaves_the_doubt() -> None:
    assert cleared(Piste("a", meme_texte=None)) is None
    assert cleared(Piste("a", meme_texte=False), Piste("b", meme_texte=None)) is None


@pytest.mark.parametrize(
    "pistes",
    [(), (Piste("a", meme_texte=False),), (Piste("a", meme_texte=True),), (Piste("a", meme_texte=None),)],
    ids=["nothing", "another text", "known", "known, of unknown text"],
)
def test_what_is_nowhere_was_never_sent_and_is_sent_again(pistes: tuple[Piste, ...]) -> None:
    known = frozenset(piste.reference for piste in pistes if piste.meme_texte is not False)
    never_sent = cleared(*pistes, known=known)
    assert never_sent is not None
    assert (never_sent.statut, never_sent.issue) == (Statut.EN_ATTENTE, Constat.ABSENTE)
    assert never_sent.delai is None  # at once


def test_what_is_nowhere_leaves_the_doubt_where_that_proves_nothing() -> None:
    assert clear((), frozenset(), 1, ENVOI, prouvable=False) is None
    assert clear((Piste("a", meme_texte=False),), frozenset(), 1, ENVOI, prouvable=False) is None


def test_what_is_found_clears_the_doubt_though_nothing_found_would_prove_nothing() -> None:
    found = clear((Piste("a", meme_texte=True),), frozenset(), 1, ENVOI, prouvable=False)
    assert found == Reglement(Statut.ENVOYEE, Constat.RETROUVEE, reference="a")


def test_what_was_never_sent_at_its_last_attempt_has_failed() -> None:
    never_sent = cleared(numero=LAST)
    assert never_sent is not None
    assert (never_sent.statut, never_sent.code, never_sent.issue) == (Statut.ECHEC, "jamais_partie", Constat.ABSENTE)


@given(PISTES, st.frozensets(st.sampled_from("abcd")))
def test_no_doubt_is_cleared_by_a_message_of_another_call_or_of_another_text(
    pistes: list[Piste], known: frozenset[str]
) -> None:
    found = clear(pistes, known, 1, ENVOI, prouvable=True)
    if found is not None and found.reference is not None:
        assert found.reference not in known
        assert Piste(found.reference, meme_texte=True) in pistes


@given(PISTES, st.frozensets(st.sampled_from("abcd")))
def test_nothing_is_sent_again_while_any_message_could_be_the_one(pistes: list[Piste], known: frozenset[str]) -> None:
    found = clear(pistes, known, 1, ENVOI, prouvable=True)
    if found is not None and found.issue == Constat.ABSENTE:
        assert all(piste.meme_texte is False or piste.reference in known for piste in pistes)


# --- deliveries ---


def test_what_reached_the_phone_is_delivered() -> None:
    assert delivered() == Reglement(Statut.LIVREE, Constat.LIVREE)


def test_what_will_never_reach_the_phone_has_failed_and_marks_the_number() -> None:
    outcome = undelivered(refused("63024", "pas sur WhatsApp", Refus.INJOIGNABLE))
    assert (outcome.statut, outcome.code, outcome.issue) == (Statut.ECHEC, "63024", Constat.NON_LIVREE)
    assert outcome.signale is Refus.INJOIGNABLE


def test_what_may_reach_the_phone_later_is_sent_again_when_the_provider_says() -> None:
    outcome = undelivered(put_off("30003", "éteint", 7200, 1, ENVOI))
    assert (outcome.statut, outcome.delai, outcome.issue) == (Statut.EN_ATTENTE, 7200, Constat.NON_LIVREE)


def test_what_did_not_reach_the_phone_at_its_last_attempt_has_failed() -> None:
    outcome = undelivered(put_off("30003", "éteint", 7200, LAST, ENVOI))
    assert (outcome.statut, outcome.code) == (Statut.ECHEC, "30003")


# --- for a fault of the account ---


def test_what_the_account_kept_back_goes_to_the_queue_and_uses_up_no_attempt() -> None:
    outcome = kept_back("63112", "compte désactivé", 0, ENVOI)
    assert outcome == Reglement(
        Statut.EN_ATTENTE, Constat.NON_LIVREE, "63112", detail="compte désactivé", sans_essai=True
    )


def test_what_it_keeps_back_again_waits_twice_as_long_each_time_up_to_a_day() -> None:
    waits = [kept_back("63112", "compte désactivé", vaines, ENVOI).delai for vaines in range(9)]
    pause = ENVOI.disjoncteur.pause_max
    assert waits[:4] == [None, pause, 2 * pause, 4 * pause]
    assert waits[-1] == 86_400
    assert kept_back("63112", "compte désactivé", 30_000, ENVOI).delai == 86_400
