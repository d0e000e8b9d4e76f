"""Plainer letters for an SMS: cheaper, and still French."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.redaction import count_segments, is_gsm7, simplify

KEPT = "éèàùÉÇäöüñæÄÖÑÜÅåØøÆßìò@£$¥§¡¿€^{}[]~|\\\n"
TYPED = st.text(
    st.sampled_from("aeé ê«»œ’…\u00a0\u202f\u0301\u0302😀م㏂⑽°€\n") | st.characters(codec="utf-8"), max_size=200
)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("âêîôû ëïÿ ç", "aeiou eiy c"),
        ("ÀÂÈÊËÎÏÔÙÛŸ", "AAEEEIIOUUY"),
        ("œuvre, ŒUVRE", "oeuvre, OEUVRE"),
        ("l’impôt, l‘impôt, l`impôt", "l'impot, l'impot, l'impot"),
        ("“oui”, „oui‟", '"oui", "oui"'),
        ("avant – pendant — après ‑ −1", "avant - pendant - après - -1"),
        ("et puis…", "et puis..."),
        ("15\u00a0000\u202fFCFA\u2009dus\u3000!", "15 000 FCFA dus !"),
        ("N° 12, nº 3, payé·e", "No 12, no 3, payé.e"),
        ("• taxe", "- taxe"),
        ("João, Timiș, Łódź, Nguyễn", "Joao, Timis, Łódź, Nguyen"),
        ("e\u0301te\u0301, e\u0302tre", "été, etre"),
        ("½", "½"),
    ],
)
def test_what_the_alphabet_lacks_becomes_what_a_reader_expects(written: str, plain: str) -> None:
    expected = plain if is_gsm7(plain) else written
    assert simplify(written) == expected


def test_a_whole_sentence_stays_french() -> None:
    assert simplify("Réglez dès aujourd’hui « l’impôt foncier » à François BENOÎT – merci…") == (
        "Réglez dès aujourd'hui \"l'impot foncier\" à Francois BENOIT - merci..."
    )


@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u202f", "\u2009", "  "])
def test_guillemets_take_their_inner_spaces_along(space: str) -> None:
    assert simplify(f"la «{space}Taxe de marché{space}» due") == 'la "Taxe de marché" due'


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("« a » et « b »", '"a" et "b"'),
        ("« a « b » c »", '" a "b" c "'),
        ("un » deux « trois", 'un " deux " trois'),
        ("« sans fin", '" sans fin'),
    ],
)
def test_guillemets_in_any_order_lose_no_word(written: str, plain: str) -> None:
    assert simplify(written) == plain


@pytest.mark.parametrize("character", KEPT)
def test_what_the_alphabet_has_is_kept_beside_what_it_lacks(character: str) -> None:
    assert simplify(f"{character}ê{character}") == f"{character}e{character}"


@pytest.mark.parametrize("text", ["François 😀", "François محمد", "être ½", "Đà Nẵng"])
def test_a_text_that_stays_outside_the_alphabet_keeps_all_its_letters(text: str) -> None:
    assert simplify(text) == text


def test_a_text_that_would_cost_more_is_kept() -> None:
    assert count_segments("…" * 70) == 1
    assert simplify("…" * 70) == "…" * 70
    assert simplify("…" * 50) == "..." * 50


def test_a_text_is_never_emptied() -> None:
    assert simplify("\u0302") == "\u0302"


def test_an_ordinary_reminder_with_one_circumflex_costs_a_third() -> None:
    text = "e" * 142 + "ê"
    assert (count_segments(text), count_segments(simplify(text))) == (3, 1)


@given(TYPED)
def test_a_simplified_text_is_never_dearer(text: str) -> None:
    assert count_segments(simplify(text)) <= count_segments(text)


@given(TYPED)
def test_simplifying_twice_changes_nothing_more(text: str) -> None:
    assert simplify(simplify(text)) == simplify(text)


@given(TYPED)
def test_a_text_is_brought_within_the_alphabet_or_left_alone(text: str) -> None:
    assert simplify(text) == text or is_gsm7(simplify(text))


@given(TYPED.filter(is_gsm7))
def test_a_text_within_the_alphabet_is_left_alone(text: str) -> None:
    assert simplify(text) == text


@given(st.text("abcéèàùÉÇäöüñæ âêîôûëïçÀÂÈÊËÎÏÔÙÛ.,", max_size=160))
def test_french_loses_accents_and_nothing_else(text: str) -> None:
    assert _bare(simplify(text)) == _bare(text)


def _bare(text: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))
