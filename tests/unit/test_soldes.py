"""What balances read again make of a relance that waits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.gabarits import DEFAULT_FOLDER, load_gabarits
from relances.policy.politique import load_policy
from relances.rules.models import Canal
from relances.rules.redaction import Plume
from relances.rules.routing import Chemin
from relances.rules.soldes import Debiteur, EnAttente, Reecriture, Relecture, Reste

POLITIQUE = load_policy()
VENTIS = Chemin("ventis", frozenset({"GA"}), 1_600, par_segment=True, tarif=Decimal(25))
RELECTURE = Relecture(Plume(POLITIQUE, load_gabarits(DEFAULT_FOLDER, POLITIQUE.texte.langue)), VENTIS)
DAY = date(2026, 11, 21)
MARIE = Debiteur("ONDO", "Marie", "fr", {"a": "Taxe de marché", "b": None})

AMOUNTS = st.decimals("0.01", "90000000", places=2)
BALANCES = st.decimals("0", "90000000", places=4)


def relance(*amounts: Decimal, niveau: int = 1) -> EnAttente:
    creances = tuple(Reste(chr(ord("a") + rang), amount, DAY) for rang, amount in enumerate(amounts))
    return EnAttente(1, 1, DAY, niveau, Canal.SMS, creances)


@given(st.lists(st.tuples(AMOUNTS, BALANCES), min_size=1, max_size=5))
def test_what_is_left_is_never_more_than_was_said_nor_than_is_owed(owed: list[tuple[Decimal, Decimal]]) -> None:
    waiting = relance(*(amount for amount, _ in owed))
    soldes = {creance.creance_id: solde for creance, (_, solde) in zip(waiting.creances, owed, strict=True)}
    said = {creance.creance_id: creance.montant_du for creance in waiting.creances}
    left = waiting.left(soldes)
    for creance in left:
        assert 0 < creance.montant_du <= said[creance.creance_id]
        assert creance.montant_du - soldes[creance.creance_id] <= Decimal("0.005")
    gone = said.keys() - {creance.creance_id for creance in left}
    assert all(soldes[creance_id] < Decimal("0.005") for creance_id in gone)


@given(st.lists(AMOUNTS, min_size=1, max_size=5), AMOUNTS)
def test_what_is_owed_as_before_or_more_leaves_a_relance_as_it_is(amounts: list[Decimal], more: Decimal) -> None:
    waiting = relance(*amounts)
    assert waiting.left({c.creance_id: c.montant_du for c in waiting.creances}) == waiting.creances
    assert waiting.left({c.creance_id: c.montant_du + more for c in waiting.creances}) == waiting.creances


@given(st.lists(st.tuples(AMOUNTS, BALANCES), min_size=1, max_size=5))
def test_reading_the_same_balances_twice_changes_nothing_more(owed: list[tuple[Decimal, Decimal]]) -> None:
    waiting = relance(*(amount for amount, _ in owed))
    soldes = {creance.creance_id: solde for creance, (_, solde) in zip(waiting.creances, owed, strict=True)}
    left = waiting.left(soldes)
    assert EnAttente(1, 1, DAY, 1, Canal.SMS, left).left(soldes) == left


@pytest.mark.parametrize(
    ("waiting", "debiteur", "code"),
    [
        (relance(), MARIE, "payee"),
        (relance(Decimal(499)), MARIE, "montant_minimum"),
        (relance(Decimal(9_000)), None, "montant_change"),
        (relance(Decimal(9_000), niveau=99), MARIE, "montant_change"),
        (relance(Decimal(9_000)), Debiteur("O" * 700, None, None, {"a": "Taxe"}), "message_trop_long"),
    ],
    ids=["nothing is left", "too little is left", "who owes is forgotten", "its niveau is gone", "a text too long"],
)
def test_a_relance_that_changed_and_cannot_be_said_again_is_called_off(
    waiting: EnAttente, debiteur: Debiteur | None, code: str
) -> None:
    assert RELECTURE.again(waiting, waiting.creances, debiteur) == code


def test_a_relance_that_changed_says_what_is_left_and_what_that_costs() -> None:
    waiting = relance(Decimal(9_000), Decimal(600))
    both, one = (RELECTURE.again(waiting, waiting.creances[:count], MARIE) for count in (2, 1))
    assert isinstance(both, Reecriture)
    assert isinstance(one, Reecriture)
    assert "Marie ONDO, 9 600 FCFA dus (2 taxes)" in both.redaction.texte
    assert "Marie ONDO, 9 000 FCFA dus (Taxe de marché)" in one.redaction.texte
    assert one.redaction.cout == 25 * one.redaction.segments


@pytest.mark.parametrize(("said", "left", "now"), [(3, 100, 3), (3, 40, 2), (3, 10, 1), (1, 100, 1)])
def test_what_is_left_is_said_in_words_no_harsher_than_it_deserves(said: int, left: int, now: int) -> None:
    waiting = EnAttente(1, 1, DAY, said, Canal.SMS, (Reste("a", Decimal(9_000), DAY - timedelta(days=left)),))
    again = RELECTURE.again(waiting, waiting.creances, MARIE)
    assert isinstance(again, Reecriture)
    assert again.niveau == now
    assert ("dernier rappel" in again.redaction.texte) is (now == 3)
