"""The reasons not to remind: a page for the officers that says what the code says."""

from documentation.exclusions import page
from relances.rules.codes import Refus
from relances.rules.exclusions import RAISONS, raison


def test_every_code_has_one_row_of_the_page() -> None:
    rows = [row for row in page().splitlines() if row.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(RAISONS)


def test_every_reason_says_what_to_do() -> None:
    assert [code for code, known in RAISONS.items() if not known.libelle or not known.que_faire] == []
    assert len({known.libelle for known in RAISONS.values()}) == len(RAISONS)


def test_every_way_a_number_is_refused_is_a_reason() -> None:
    assert {refus.value for refus in Refus} <= RAISONS.keys()


def test_a_code_of_the_tax_system_s_own_is_its_own_meaning() -> None:
    assert raison("exonere").libelle == "exonere"
