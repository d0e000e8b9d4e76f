"""The encoding of a file that says none: known for sure, or a word in doubt, its line and what it may be."""

import codecs
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.encodage import MotLu, find_doubt, read_encoding
from relances.rules.errors import Blocked
from relances.rules.orthographe import is_arabic, is_likely
from tests.support import one_sentence

FRENCH = (
    "marché école été Hélène forêt à dû hôtel déjà où voilà François Noël Île gîte MAÎTRE HÔTEL CAFÉ ÉTÉ CRÈCHE CÔTE"
)
SLAVIC = "Kovač Dvořák Łukasz Kępa Dębski Wiśniewski Gdańsk Paweł Petrović Růžička Čech Szűcs Černý Zięba Poznań Bălan"


def readings(text: str, encoding: str) -> dict[str, str] | None:
    """What the first word in doubt of this text, so saved, may be; None where there is no doubt."""
    doubt = find_doubt(text.encode(encoding).decode("cp1252", "surrogateescape").splitlines())
    return None if doubt is None else {lecture.encodage: lecture.mot for lecture in doubt.lectures}


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
@pytest.mark.parametrize("word", FRENCH.split())
def test_one_word_of_french_from_elsewhere_is_in_doubt_and_read_there(encoding: str, word: str) -> None:
    found = readings(word, encoding)
    assert found is not None
    assert found[encoding] == word


@pytest.mark.parametrize("name", SLAVIC.split())
def test_a_name_of_central_europe_is_in_doubt(name: str) -> None:
    assert readings(name, "cp1250") is not None


@pytest.mark.parametrize("name", ["محمد", "علي", "في", "سعد", "دار", "أبو", "ة", "و"])
def test_a_name_in_arabic_is_in_doubt(name: str) -> None:
    assert readings(name, "cp1256") is not None


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        *(("Иванов и", "cp1251"), ("Παπαδόπουλος", "cp1253"), ("שלום", "cp1255"), ("王伟", "gbk"), ("田中", "cp932")),
        *(
            ("Erdoğan", "cp1254"),
            ("Bērziņš", "cp1257"),
            ("김철수", "cp949"),
            ("Иванов", "koi8-r"),
            ("œuf", "iso8859-15"),
        ),
    ],
)
def test_no_other_alphabet_is_taken_for_french(words: str, encoding: str) -> None:
    assert readings(words, encoding) is not None


@pytest.mark.parametrize("encoding", ["cp1250", "cp1254", "cp1256", "latin-1", "iso8859-15"])
@pytest.mark.parametrize("words", ["Taxe de marché", "façade, Kinguélé", "île, hôtel, âge"])
def test_what_every_encoding_reads_alike_is_no_doubt(encoding: str, words: str) -> None:
    assert readings(words, encoding) is None


def test_a_word_that_two_encodings_read_alike_well_is_in_doubt() -> None:
    assert readings("CÔTE", "cp1252") == {"cp1252": "CÔTE", "cp850": "CÈTE"}


@pytest.mark.parametrize("words", ["CÔTE\nMARCHÉ", "MARCHÉ\nCÔTE", "CÔTE\npère", "Kêpa\nà payer"])
def test_another_line_may_settle_it(words: str) -> None:
    assert readings(words, "cp1252") is None


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *((name, "cp850") for name in ("Mbà", "Koumbà", "Nzà", "Mpouà", "Sá", "Macapá", "Simões")),
        *((name, "cp850") for name in ("JOÃO", "SÃO", "MBÀ", "KÈBA", "SÁ", "Álvaro", "LÚCIA")),
        *((name, "mac_roman") for name in ("MBÀ", "KOUMBÀ", "SIMÕES", "MBÈ", "KÈBA", "MBÖ", "Nídia", "Lúcio", "JOÃO")),
    ],
)
def test_one_name_from_elsewhere_is_in_doubt_and_read_there(encoding: str, name: str) -> None:
    found = readings(name, encoding)
    assert found is not None
    assert found[encoding] == name


@pytest.mark.parametrize("name", ["Mbà", "Koumbà", "MBÀ", "JOÃO", "Simões", "Sá", "Álvaro", "N’goma", "Lœtitia"])
def test_one_such_name_of_windows_is_enough(name: str) -> None:
    assert readings(name, "cp1252") is None


@pytest.mark.parametrize("words", ["Mb…\nmarché", "père\nJOÇO", "MBË\nmarché", "Koumb…\n15\xa0000"])
def test_another_line_may_settle_a_name(words: str) -> None:
    assert readings(words, "cp1252") is None


@pytest.mark.parametrize("stray", ["marché", "Hélène", "reçu", "été"])
@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_a_line_from_elsewhere_in_a_long_file_of_windows_proposes_no_encoding(encoding: str, stray: str) -> None:
    windows = "IMPÔT\nl’eau\nTaxe de marché\npère\nà payer\noù\nŒUVRE\n".encode("cp1252")
    doubt = find_doubt((windows + stray.encode(encoding)).decode("cp1252", "surrogateescape").splitlines())
    assert doubt is not None
    assert (doubt.ligne, doubt.lectures) == (8, ())


@given(
    st.lists(st.sampled_from([*FRENCH.split(), *SLAVIC.split(), "Mbà", "l’eau", "Иван", "محمد"]), max_size=9), st.data()
)
def test_what_windows_cannot_have_is_proposed_in_french_or_in_arabic_alone(
    words: list[str], data: st.DataObject
) -> None:
    encodings = st.sampled_from(["cp1252", "mac_roman", "cp850", "cp1250", "cp1251", "cp1256"])
    lines = [word.encode(data.draw(encodings), "ignore").decode("cp1252", "surrogateescape") for word in words]
    doubt = find_doubt(lines)
    if doubt is not None and not any(lecture.encodage == "cp1252" for lecture in doubt.lectures):
        for _, word in doubt.lectures:
            assert is_likely(word) or is_arabic(word)


def test_an_encoding_that_reads_the_same_word_is_no_cure() -> None:
    assert readings("Taxe\nréééel", "cp1252") == {}


def test_the_first_line_in_doubt_is_named_and_a_byte_without_a_letter_shown() -> None:
    doubt = find_doubt(b"nom\nOndo\nHl\x8fne\nH\x8el\n".decode("cp1252", "surrogateescape").splitlines())
    assert doubt is not None
    assert (doubt.ligne, doubt.mot) == (3, "Hl\ufffdne")
    assert doubt.lectures == (MotLu("mac_roman", "Hlène"),)


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(content: bytes) -> None:
    doubt = find_doubt(content.decode("cp1252", "surrogateescape").splitlines())
    assert doubt is None or doubt.mot.isprintable()
    if content.isascii():
        assert doubt is None


# --- a name of an encoding ---


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        *(("UTF-8", "utf-8-sig"), ("utf8", "utf-8-sig"), ("Mac_Roman", "mac-roman"), ("latin-1", "iso8859-1")),
        *(("cp1256", "cp1256"), ("windows-1250", "cp1250"), ("ISO-8859-15", "iso8859-15")),
    ],
)
def test_an_encoding_is_known_by_its_names(named: str, meant: str) -> None:
    assert read_encoding(named) == meant


@pytest.mark.parametrize(
    "named", ["", "utf-9", "rot13", "base64", "hex", "zip", "idna", "unicode_escape", "a\0b", "é", "x" * 999]
)
def test_what_is_no_encoding_of_a_text_is_refused(named: str) -> None:
    with pytest.raises(Blocked) as refused:
        read_encoding(named)
    assert "n'est pas un encodage de texte ; donnez par exemple utf-8" in one_sentence(refused.value)


@given(st.sampled_from(sorted(set(aliases.values()))), st.binary(max_size=100))
def test_any_encoding_that_may_be_named_reads_any_bytes(named: str, content: bytes) -> None:
    try:
        encoding = read_encoding(named)
    except Blocked:
        return
    codecs.decode(content, encoding, "replace").encode()
