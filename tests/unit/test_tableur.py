"""What a spreadsheet saved, as rows: its dialects and encodings undone, and one sentence for what is no CSV."""

import csv
import io
import tracemalloc
from encodings.aliases import aliases
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relances.rendering.csv_sur import cellule
from relances.rules.encodage import read_encoding
from relances.rules.errors import Blocked
from relances.rules.mojibake import damage
from relances.rules.tableur import Tableau, read_table
from tests.support import one_sentence

BOM = b"\xef\xbb\xbf"


def table(content: bytes) -> Tableau:
    return read_table(io.BytesIO(content), "liste.csv")


def rows(content: bytes) -> list[list[str]]:
    return [ligne.cellules for ligne in table(content).lignes]


def refusal(content: bytes, named: str | None = None) -> str:
    with pytest.raises(Blocked) as refused:
        list(read_table(io.BytesIO(content), "liste.csv", named).lignes)
    message = one_sentence(refused.value)
    assert message.startswith("liste.csv")
    return message


# --- dialects and encodings ---

ACCENTS = "àâäçéèêëîïôöùûüÿœæ"
# A word for each sign of French, of which no other encoding makes another word.
FRENCH = [
    "à",
    "où",
    "déjà",
    "Étal",
    "ÉTÉ",
    "marché",
    "père",
    "RÈGLEMENT",
    "procès",
    "forêt",
    "FENÊTRE",
    "Noël",
    "CITROËN",
    "aîné",
    "MAÎTRE",
    "Île-Nord",
    "naïf",
    "Haïti",
    "hôtel",
    "IMPÔT",
    "dû",
    "août",
    "Müller",
    "çà",
    "reçu",
    "FRANÇAIS",
    "œuvre",
    "CŒUR",
    "mâle",
    "Bâ",
    "2ème",
    "1ère",
    "CAFé",
    "N’DONG",
    "l’eau",
    "aujourd’hui",
    "«Étal»",
    "“Étal”",
    "15 000€",
    "suite…",
    "Étals –",
    "2024–2025",
    "• Étals",
    "N° 12",
    "12 m²",
    "São Tomé",
    "Núñez",
    "Aïssatou",
    "Ndèye",
    "Akèbè",
    "Hounkpè",
]


def tables(characters: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    """Rows of three cells that hold these characters and no mark of a spreadsheet."""
    cell = st.text(characters, min_size=1).filter(lambda text: cellule(text) == text and text[0] != "'")
    return st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=5)


DELIMITERS = st.sampled_from(";,\t")
ENDS = st.sampled_from(["\r\n", "\n", "\r"])


@st.composite
def texts_of_any_encoding(draw: st.DrawFn) -> bytes:
    encoding = draw(st.sampled_from(["mac_roman", "cp850", "cp1250", "cp1251", "cp1256", "gbk", "koi8-r"]))
    return draw(st.text(st.characters(codec=encoding))).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@given(cells=tables(st.characters(codec="cp1252", categories=["L", "N", "P", "S"])), delimiter=DELIMITERS, end=ENDS)
def test_what_was_saved_comes_back_in_every_dialect(
    encoding: str, cells: list[list[str]], delimiter: str, end: str
) -> None:
    assert_comes_back(encoding, cells, delimiter, end)


ROWS = st.lists(st.lists(st.sampled_from(FRENCH), min_size=3, max_size=3), min_size=1, max_size=5)


@given(cells=ROWS, delimiter=DELIMITERS, end=ENDS)
@example([["L'ŒUVRE D'HÉLÈNE", "«Étal»", "15 000€, Âge…"]], ";", "\r\n")
def test_french_of_windows_comes_back_in_every_dialect(cells: list[list[str]], delimiter: str, end: str) -> None:
    assert_comes_back("cp1252", cells, delimiter, end)


@pytest.mark.parametrize("word", FRENCH)
def test_a_single_word_of_french_is_enough_to_know_windows(word: str) -> None:
    assert rows(f"a;b\n{word};x\n".encode("cp1252")) == [[word, "x"]]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8", "utf-8-sig"])
@given(cells=tables(st.characters(codec="cp1252", categories=["L", "N"])), delimiter=DELIMITERS, end=ENDS)
def test_an_encoding_that_the_file_says_is_taken(
    encoding: str, cells: list[list[str]], delimiter: str, end: str
) -> None:
    assert_comes_back(encoding, cells, delimiter, end)


@pytest.mark.parametrize(
    "encoding", ["mac_roman", "cp850", "cp1250", "cp1256", "latin-1", "utf-16-le", "cp1252", "utf-8"]
)
def test_an_encoding_that_somebody_names_is_taken(encoding: str) -> None:
    content = "nom;objet\nKoné;été\n".encode(encoding)
    read = read_table(io.BytesIO(content), "liste.csv", read_encoding(encoding))
    assert [ligne.cellules for ligne in read.lignes] == [["Koné", "été"]]


def test_what_the_encoding_named_cannot_hold_is_a_sign_that_its_cell_is_refused_for() -> None:
    read = read_table(io.BytesIO(b"nom;objet\nKon\xe9;march\xc3\xa9\n"), "liste.csv", "utf-8-sig")
    [ligne] = read.lignes
    assert ligne.cellules == ["Kon\ufffd", "marché"]
    assert "« Kon\ufffd »" in (damage(ligne.cellules[0]) or "")


def assert_comes_back(encoding: str, cells: list[list[str]], delimiter: str, end: str) -> None:
    saved = io.StringIO()
    titles = ["téléphone", "montant dû", "échéance"]
    csv.writer(saved, delimiter=delimiter, lineterminator=end).writerows([titles, *cells])
    read = table(saved.getvalue().encode(encoding))
    assert read.titres == titles
    assert [ligne.cellules for ligne in read.lignes] == cells


@given(st.binary() | st.text(alphabet=";,\t\"\r\n='aé0+ \u202f\x00").map(str.encode) | texts_of_any_encoding())
@example(b'"')
@example(b"\x85")
@example(b"a\n\xe9\x81")
def test_any_bytes_give_rows_or_one_sentence(content: bytes) -> None:
    try:
        assert all(any(ligne.cellules) for ligne in table(content).lignes)
    except Blocked as refused:
        one_sentence(refused)


def test_the_separator_that_excel_says_is_taken() -> None:
    assert rows(b"sep=,\r\ntelephone,nom;prenom\r\n1,2\r\n") == [["1", "2"]]


def test_a_separator_within_quotes_does_not_count() -> None:
    assert table(b'"nom, prenom, titre";telephone\n').titres == ["nom, prenom, titre", "telephone"]


def test_a_single_column_needs_no_separator() -> None:
    assert rows(b"telephone\n066123456\n") == [["066123456"]]


# --- lines ---


def test_a_row_is_named_by_its_first_line_in_the_file() -> None:
    content = b'\nsep=;\na;b\n1;"x\ny\nz"\n\n;;\n2;y\n'
    assert [ligne.numero for ligne in table(content).lignes] == [4, 9]


def test_a_line_end_within_a_cell_is_a_space() -> None:
    assert rows(b'a;b\n1;"x\r\ny"\n') == [["1", "x y"]]


# --- what the spreadsheet did to cells ---


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('="066123456"', "066123456"),
        ('"=""066123456"""', "066123456"),
        ("'066123456", "066123456"),
        ("\u00a015\u202f000\u00a0", "15 000"),
        ("\u202a+241 66 12 34 56\u202c", "+241 66 12 34 56"),
        ("\ufeff x", "x"),
        ("E\u0301tal", "Étal"),
        ("e\u200b\u0301te\u0301", "été"),
    ],
)
def test_the_marks_of_a_spreadsheet_are_taken_off(cell: str, meant: str) -> None:
    assert rows(f"a;b\n{cell};x\n".encode()) == [[meant, "x"]]


def test_a_cell_that_was_made_safe_comes_back_as_it_was() -> None:
    assert rows(f"a;b\n{cellule('=1+1')};{cellule('+24166123456')}\n".encode()) == [["=1+1", "+24166123456"]]


# --- what is no CSV ---


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_refused_with_what_to_do(magic: bytes) -> None:
    assert "c'est un classeur, pas un CSV ; enregistrez-le sous « CSV UTF-8 »" in refusal(magic + b"\0" * 100)


def test_utf_16_without_its_mark_is_no_text() -> None:
    assert refusal("telephone;montant\n".encode("utf-16-le")).startswith("liste.csv, ligne 1 : ce n'est pas du texte")


WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("named", [None, "cp1252", "utf-8-sig"])
def test_the_order_of_bytes_that_no_mark_says_is_to_be_named(encoding: str, named: str | None) -> None:
    assert f"ou ajoutez --encodage {encoding} " in refusal("téléphone;nom\n1;Hélène\n".encode(encoding), named)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("named", ["utf-16", "utf-32"])
def test_an_encoding_that_a_mark_should_complete_is_to_be_named_whole(encoding: str, named: str) -> None:
    said = refusal("téléphone;nom\n1;Hélène\n".encode(encoding), named)
    assert said.startswith(f"liste.csv : il n'a pas la marque d'un fichier en {named} ; donnez --encodage {encoding} ")


@pytest.mark.parametrize("content", ["téléphone;nom\n".encode(), "téléphone\n".encode("cp1252"), b"a", b"\xff"])
@pytest.mark.parametrize("named", ["utf-16", "utf-32"])
def test_an_encoding_that_the_file_has_not_is_to_be_left_out(content: bytes, named: str) -> None:
    assert f" ; ôtez --encodage, ou donnez {named}-le ou {named}-be " in refusal(content, named)


@given(st.sampled_from(sorted(set(aliases.values()))), st.binary(max_size=100), st.sampled_from([b"", b"\xff\xfe"]))
def test_any_bytes_read_by_any_encoding_give_rows_or_one_sentence(named: str, content: bytes, mark: bytes) -> None:
    try:
        list(read_table(io.BytesIO(mark + content), "liste.csv", read_encoding(named)).lignes)
    except Blocked as refused:
        one_sentence(refused)


def test_a_nul_byte_far_into_the_file_names_its_line() -> None:
    assert "ligne 3 : ce n'est pas du texte" in refusal(b"a;b\n1;2\n1;\x00\n")


@pytest.mark.parametrize("name", ["Hélène", "François", "aîné", "Noël", "mâle"])
@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_the_accents_of_ms_dos_and_of_the_mac_are_refused(encoding: str, name: str) -> None:
    said = refusal(f"nom;montant\nOndo;1\n{name};2\n".encode(encoding))
    assert f"« {name} » en {encoding}" in said
    assert f"--encodage {encoding}" in said
    assert said.startswith("liste.csv, ligne 3 : ")


def test_a_refusal_says_what_the_word_would_be_and_the_cure() -> None:
    assert refusal("nom;objet\nOndo;Taxe de marché\n".encode("mac_roman")) == (
        "liste.csv, ligne 2 : ses accents ne sont ni en UTF-8 ni en Windows-1252 (« marchŽ » se lirait « marché » en "
        "mac_roman) ; enregistrez-le sous « CSV UTF-8 » dans le tableur, ou ajoutez --encodage mac_roman "
        "— unknown encoding: save it as CSV UTF-8, or name it with --encodage"
    )


def test_a_refusal_proposes_no_encoding_that_reads_no_french() -> None:
    windows = "nom;objet\nONDO;IMPÔT\n" + "MBA;l’eau\nHélène;père\n" * 500
    assert refusal(windows.encode("cp1252") + "ONDO;Taxe de marché\n".encode("mac_roman")) == (
        "liste.csv, ligne 1003 : ses accents ne sont ni en UTF-8 ni en Windows-1252 (« marchŽ ») ; enregistrez-le sous "
        "« CSV UTF-8 » dans le tableur — unknown encoding: save it as CSV UTF-8, or name it with --encodage"
    )


def test_a_mac_s_accents_that_are_utf_8_by_accident_are_left_for_their_cell_to_be_refused() -> None:
    [[_, objet]] = rows("nom;objet\nONDO;Taxe d’étal\n".encode("mac_roman"))
    assert "au lieu de « d’étal »" in (damage(objet) or "")


def test_a_refusal_shows_nobody_s_number_nor_the_rest_of_the_line() -> None:
    said = refusal("tel;nom;objet\n066123456;ONDO;066123456Žcole066123456\n".encode("cp1252"))
    assert "ONDO" not in said
    assert "66123456" not in said


@pytest.mark.parametrize("name", ["œuf", "ŒUF", "Lœtitia"])
def test_the_letters_of_iso_8859_15_are_refused(name: str) -> None:
    assert "ligne 2 : ses accents" in refusal(f"nom;montant\n{name};2\n".encode("iso-8859-15"))


@given(st.sampled_from(sorted({*ACCENTS, *ACCENTS.upper(), "’", "«"} - set("ÏŒœŸÿ"))))
def test_utf_8_that_a_stray_byte_spoils_is_refused(accent: str) -> None:
    assert "ligne 2 : ses accents" in refusal(f"nom\nH{accent}l\n".encode() + b"caf\xe9\n")


def test_what_neither_encoding_can_hold_is_refused() -> None:
    assert "ni en UTF-8 ni en Windows-1252" in refusal(b"a;b\n\x81;\xe9\n")


def test_titles_that_were_misread_are_refused() -> None:
    assert "ligne 1 : texte mal lu avant d'arriver ici, « TÃ©lÃ©phone » au lieu de « Téléphone »" in refusal(
        "TÃ©lÃ©phone;nom\n1;2\n".encode()
    )


@pytest.mark.parametrize("cell", ["voilÃ\xa0", "\x85", "a\x8eb"])
def test_a_cell_that_was_misread_is_left_as_it_is(cell: str) -> None:
    [[read, _]] = rows(f"a;b\n{cell};x\n".encode())
    assert damage(read)


@pytest.mark.parametrize("content", [b"", BOM, b"\n \r\n\t\n", b"sep=;\n"])
def test_an_empty_file_is_said_to_be(content: bytes) -> None:
    assert "le fichier est vide" in refusal(content)


@pytest.mark.parametrize("content", [b'a;b\n1;2\n"x;3\n4;5\n', b'a;b\n1;2\n"x"y;3\n'])
def test_a_quote_that_is_wrong_names_its_line(content: bytes) -> None:
    assert refusal(content).startswith("liste.csv, ligne 3 : un guillemet est mal placé ou jamais refermé")


def test_a_line_without_an_end_is_not_read_whole() -> None:
    assert "ligne 1 : ce n'est pas du texte" in refusal(b"x" * 3_000_000)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_large_file_is_read_in_flat_memory(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "grand.csv"
    file.write_text("telephone;libelle\n" + f"066123456;été {'x' * 2_000}\n" * 5_000, encoding=encoding)
    tracemalloc.start()
    with file.open("rb") as opened:
        assert sum(1 for _ in read_table(opened, file.name).lignes) == 5_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < file.stat().st_size / 20
