"""A file is rows, each a contact or its faults, or one sentence; and none takes more memory than another."""

import tracemalloc
from collections import deque
from contextlib import suppress
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.politique import load_policy
from relances.rules.colonnes import Illisible, find_columns
from relances.rules.contacts import OBLIGATOIRES, TITRES, Contact, read_contact
from relances.rules.dates import read_date
from relances.rules.errors import Blocked
from relances.rules.montants import read_montant
from relances.rules.tableur import read_table
from tests.fuzz import fuzz
from tests.support import one_sentence

TITLES = "Téléphone;Montant dû;Échéance;Objet;Nom;Prénom;Langue"
ROW = "066 12 34 56;15 000 FCFA;18/12/2025;Taxe de marché;ONDO;Hélène;fr"
TODAY = date(2026, 11, 21)
QUALITE = load_policy().qualite
MAX = Decimal(50_000_000)
MEGABYTES = 2

pieces = st.sampled_from(
    [
        ";",
        ",",
        "\t",
        '"',
        '""',
        "\n",
        "\r\n",
        "=",
        "'",
        "é",
        "Ž",
        "Ã©",
        "\ufffd",
        "NULL",
        "#N/A",
        "-infinity",
        "1e9",
        "0",
    ]
)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850", "cp1256"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of contacts with some pieces put in or taken out, in some encoding."""
    text = "\r\n".join([TITLES, *[ROW] * draw(st.integers(1, 3))])
    for _ in range(draw(st.integers(0, 5))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 6))
        text = text[:at] + draw(pieces) + text[at + length :]
    content = text.encode(draw(encodings), "replace")
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.binary(max_size=3)) + content[at:]


def outcome(content: bytes) -> list[object]:
    """What becomes of each row; Blocked is the file's."""
    table = read_table(BytesIO(content), "liste.csv")
    colonnes = find_columns(table.titres, TITRES, OBLIGATOIRES, table.nom)
    return [read_contact(ligne, colonnes, QUALITE, TODAY) for ligne in table.lignes]


@fuzz
@given(files() | st.binary(max_size=300))
def test_a_file_gives_contacts_or_faults_or_one_sentence(content: bytes) -> None:
    try:
        rows = outcome(content)
    except Blocked as refused:
        rows = [one_sentence(refused)]
    assert all(isinstance(row, Contact) or row for row in rows)


@fuzz
@given(st.text(max_size=40) | st.text("0123456789 .,'’-+FCAfrscXé€", max_size=20))
def test_an_amount_is_what_its_figures_say_or_has_its_reason(cell: str) -> None:
    try:
        amount = read_montant(cell, MAX)
    except Illisible:
        return
    assert 0 <= amount <= MAX
    figures = "".join(sign for sign in cell if sign in "0123456789").lstrip("0")
    assert figures.startswith(f"{amount:f}".split(".")[0].lstrip("0"))


@fuzz
@given(st.text(max_size=40) | st.text("0123456789/-.: TZ+h", max_size=25))
def test_a_date_is_one_that_the_cell_writes_or_has_its_reason(cell: str) -> None:
    try:
        day = read_date(cell)
    except Illisible:
        return
    assert f"{day.year:04d}" in cell
    assert str(day.day) in cell
    assert str(day.month) in cell


@pytest.mark.parametrize(
    "content",
    [
        TITLES.encode() + b"\n" + b"x" * MEGABYTES * 1_000_000,
        TITLES.encode() + b"\n" + b'"' + b"x\n" * (MEGABYTES * 500_000),
        TITLES.encode() + b"\n" + b";" * MEGABYTES * 1_000_000,
        TITLES.encode() + b"\n" + b"\xe9\x8e\x00" * (MEGABYTES * 300_000),
        b"\n" * MEGABYTES * 1_000_000,
        TITLES.encode() + b"\n" + (ROW.encode() + b"\n") * (MEGABYTES * 13_000),
    ],
    ids=["one line", "one quote", "one row", "no text", "empty lines", "many rows"],
)
def test_a_file_of_megabytes_is_read_in_flat_memory(content: bytes) -> None:
    file = BytesIO(content)
    tracemalloc.start()
    try:
        with suppress(Blocked):
            deque(read_table(file, "liste.csv").lignes, maxlen=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000
