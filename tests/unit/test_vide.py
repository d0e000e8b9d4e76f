"""Words that exports write for nothing are nothing, and names that look like them are names."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.gabarits import load_gabarits
from relances.policy.politique import load_policy
from relances.rules.models import Canal
from relances.rules.politique import Modele
from relances.rules.redaction import Plume, Sujet
from relances.rules.values import full_name, values
from relances.rules.vide import is_absent, name_in, says_nothing, spoken, taxe_in
from tests.unit.test_redaction import NIVEAU, VOIES, plume

EXPORTED = [
    r"NULL",
    r"null",
    r"(null)",
    r"(NULL)",
    r"<null>",
    r"<NULL>",
    r"[NULL]",
    r"{null}",
    r"'None'",
    r"nan",
    r"NaN",
    r"None",
    r"none",
    r"NaT",
    r"<NA>",
    r"nil",
    r"<nil>",
    r"undefined",
    r"N/A",
    r"n/a",
    r"#N/A",
    r"#N/D",
    r"#NA",
    r"#REF!",
    r"#VALUE!",
    r"#VALEUR!",
    r"#NOM?",
    r"#NAME?",
    r"#DIV/0!",
    r"#NUL!",
    r"#NOMBRE!",
    r"####",
    r"\N",
    r"-",
    r"--",
    r"–",
    r"—",
    r".",
    r"...",
    r"?",
    r"/",
    r"_",
    r"n.d.",
    r"NEANT",
    r"Néant",
    r"null null",
    r"NULL NULL",
    r"nan nan",
    r"None None",
    r"NA NA",
    r"- -",
    r" ",
]
NAMES = [
    "Nil",
    "NIL",
    "Nan",
    "NAN",
    "Na",
    "NA",
    "Null",
    "Nana",
    "N'Na",
    "MBA - ONDO",
    "ETS A & B",
    "(MBA)",
    "N.D. ONDO",
    "#12",
    *(
        "M. Null",
        "Mme Nan",
        "M. Ou",
        "Dame Diop",
        "Na-Na",
        "Nan-Na",
        "Me NIL",
        "L'Inconnu",
        "Pascal Nonon",
        "Vide",
        "Rien",
    ),
]


@pytest.mark.parametrize("word", EXPORTED)
def test_what_an_export_writes_for_nothing_is_nothing_anywhere(word: str) -> None:
    assert says_nothing(word)
    assert is_absent(f" {word} ")
    assert spoken(word) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_a_name(name: str) -> None:
    assert not says_nothing(name)
    assert spoken(name) == name


@pytest.mark.parametrize(
    "word",
    [
        *("NA", "Nan", "Null", "Nil", "NC", "n.c.", "aucun", "Inconnue", "Non renseigné", "VIDE"),
        *("N.C.", "N.A", "n.d.", "nc.", "nan, nan", "NA / NC", "R.A.S.", "Nil-Nil", "«Rien»"),
    ],
)
def test_where_no_name_stands_any_word_for_nothing_is_nothing(word: str) -> None:
    assert is_absent(word)


@pytest.mark.parametrize("word", ["0", "15000", "18/12/2025", "fr", "en"])
def test_what_says_something_is_not_absent(word: str) -> None:
    assert not is_absent(word)


@pytest.mark.parametrize(
    ("prenom", "nom", "said"),
    [
        ("NULL", "NULL", ""),
        ("NULL", "ONDO", "ONDO"),
        ("Marie", "#N/A", "Marie"),
        (None, "None ONDO", "ONDO"),
        ("-", "ONDO", "ONDO"),
        ("0", "0", ""),
        ("Nan", "Gabin", "Nan Gabin"),
        ("NU\u200bLL", "\\N", ""),
        (None, "NULL, Marie", "Marie"),
        ("Marie,", "ONDO, null, MBA / NULL", "Marie, ONDO, MBA"),
        ("Marie (NULL)", "ONDO - NULL", "Marie ONDO"),
        ("Non", "renseigné", ""),
        ("Mme", "ONDO", "Mme ONDO"),
        ("Mme", "NULL", ""),
        (None, "M.", ""),
        ("M. et", "Mme", ""),
        ("M. NULL", "ONDO", "ONDO"),
        ("Mme NULL", "Marie", "Marie"),
    ],
)
def test_who_is_spoken_to_has_the_names_that_say_something(prenom: str | None, nom: str | None, said: str) -> None:
    assert full_name(prenom, nom) == said


@pytest.mark.parametrize(
    "libelle", [*EXPORTED, "N.C.", "NA", "Inconnu", "Nan", "Vide", "non renseigné", "nan, nan", "0"]
)
def test_a_libelle_is_nobody_s_name_and_any_word_for_nothing_is_none(libelle: str) -> None:
    assert values("x", Decimal(1), "XAF", [libelle], date(2026, 1, 1), langue="fr").objet == "taxe"


@pytest.mark.parametrize(
    ("libelle", "said"),
    [
        ("NULL Taxe de marché", "Taxe de marché"),
        ("Taxe, #N/A", "Taxe"),
        ("Taxe sans objet précis", "Taxe sans objet précis"),
        ("Terrain, propriétaire inconnu", "Terrain, propriétaire inconnu"),
        ("Taxe NC", "Taxe NC"),
    ],
)
def test_a_libelle_keeps_its_other_words(libelle: str, said: str) -> None:
    assert values("x", Decimal(1), "XAF", [libelle], date(2026, 1, 1), langue="fr").objet == said


@given(st.text(), st.sampled_from(["NULL", " nan, ", "(", "M. ", "non renseigné", " - "]), st.text())
def test_what_is_left_of_any_cell_has_its_own_words_alone(before: str, word: str, after: str) -> None:
    cell = f"{before}{word}{after}"
    for said in (name_in, spoken, taxe_in):
        left = said(cell)
        assert left == cell or left == left.strip()
        assert said(left) in (left, "")
        position = 0
        for letter in filter(str.isalnum, left):
            position = cell.index(letter, position) + 1


@pytest.mark.parametrize("cell", ["((,", "null,", "(", "M. ", "non ", "«", "N.", "- "])
def test_a_huge_cell_is_judged_at_once(cell: str) -> None:
    assert says_nothing(cell * 20_000) in (True, False)


def test_nobody_twice_is_nobody() -> None:
    assert (
        values(full_name("NA", "NA"), Decimal(1), "XAF", [None], date(2026, 1, 1), langue="fr").nom
        == "cher contribuable"
    )


WORDS = st.sampled_from([word for word in EXPORTED if any(map(str.isalpha, word))])
MODELE = Modele(1, "fr", "HXfr", ("nom", "montant", "objet", "echeance"))
PLUMES = [Plume(load_policy(), load_gabarits()), plume(MODELE)]


SUJETS = st.builds(
    Sujet,
    nom=WORDS | st.none(),
    prenom=WORDS | st.none() | st.just("Marie"),
    langue=WORDS,
    montant=st.just(Decimal(15_000)),
    libelles=st.tuples(WORDS),
    echeance=st.just(date(2025, 12, 18)),
)


@given(SUJETS, st.sampled_from(Canal), st.sampled_from(PLUMES))
def test_no_message_says_one_of_these_words(sujet: Sujet, canal: Canal, by: Plume) -> None:
    redaction = by.write(sujet, canal, NIVEAU, VOIES[canal])
    assert redaction is not None
    said = "Marie" if sujet.prenom == "Marie" else "cher contribuable"
    assert f"{said}, " in redaction.texte
    assert "(taxe)" in redaction.texte
    assert redaction.variables in (None, [said, "15 000 FCFA", "taxe", "18/12/2025"])
