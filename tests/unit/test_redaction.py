"""One relance as it is written: its language, its letters, its approved template, its price."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.gabarits import load_gabarits
from relances.policy.politique import load_policy
from relances.rules.errors import Blocked
from relances.rules.gabarits import Gabarits
from relances.rules.models import Canal, Redaction
from relances.rules.politique import Modele, Niveau, Politique
from relances.rules.redaction import Plume, Sujet
from relances.rules.routing import Chemin
from tests.support import one_sentence

POLITIQUE = load_policy()
NIVEAU = POLITIQUE.niveaux[0]
VENTIS = Chemin("ventis", frozenset({"GA"}), 1600, True, Decimal(25))
TWILIO = Chemin("twilio", frozenset(), 1600, False, Decimal(35))
VOIES = {Canal.SMS: VENTIS, Canal.WHATSAPP: TWILIO}
SUJET = Sujet("ONDO", "Marie", "fr", Decimal(15_000), ["Taxe de marché"], date(2025, 12, 18))
VARIABLES = ("nom", "montant", "objet", "echeance")
FRANCAIS = Modele(1, "fr", "HXfr", VARIABLES)
ANGLAIS = Modele(1, "en", "HXen", VARIABLES)
PRODUCT = Plume(POLITIQUE, load_gabarits())
TYPED = st.none() | st.text(st.sampled_from("\u200b\u202e\u00ad\u00a0\n\t\x1b\ue000e\u0301ê{}%😀") | st.characters())


def plume(*modeles: Modele, gabarits: Gabarits | None = None, **texte: object) -> Plume:
    politique = replace(POLITIQUE, modeles_whatsapp=modeles, texte=replace(POLITIQUE.texte, **texte))
    return Plume(politique, gabarits or load_gabarits(langue=politique.texte.langue))


def written(plume: Plume, canal: Canal = Canal.SMS, chemin: Chemin | None = None, **sujet: object) -> Redaction:
    redaction = plume.write(SUJET._replace(**sujet), canal, NIVEAU, chemin or VOIES[canal])
    assert redaction is not None
    return redaction


def gabarits(folder: Path, files: Mapping[str, str]) -> Gabarits:
    for name, text in files.items():
        path = folder / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_gabarits(folder)


def everywhere(politique: Politique, canal: Canal) -> dict[int, Canal]:
    return {niveau.numero: canal for niveau in politique.niveaux}


# --- the language ---


@pytest.mark.parametrize("canal", Canal)
def test_who_speaks_english_is_written_to_in_english(canal: Canal) -> None:
    texte = written(PRODUCT, canal, langue="EN", nom=None, prenom=None, libelles=[None]).texte
    assert all(words in texte for words in ("dear taxpayer", "15 000 FCFA", "(tax)", "18/12/2025"))


def test_who_has_no_language_is_written_to_in_that_of_the_office() -> None:
    assert "Merci de régler" in written(plume(), langue=None).texte
    assert "Please pay" in written(plume(langue="en"), langue=None).texte


def test_words_are_those_of_the_text_s_language_and_not_of_the_contribuable_s(tmp_path: Path) -> None:
    only_french = gabarits(tmp_path, {"sms/niveau1.fr": "Bonjour {{ nom }}"})
    assert written(plume(gabarits=only_french), langue="en", nom=None, prenom=None).texte == "Bonjour cher contribuable"


@pytest.mark.parametrize(
    ("prenom", "nom", "said"),
    [("Marie", "ONDO", "Marie ONDO"), (None, "ONDO", "ONDO"), ("Marie", None, "Marie"), ("\u200b", "ONDO", "ONDO")],
)
def test_a_person_has_the_names_that_are_known(tmp_path: Path, prenom: str | None, nom: str, said: str) -> None:
    only_name = gabarits(tmp_path, {"sms/niveau1.fr": "{{ nom }}"})
    assert written(plume(gabarits=only_name), prenom=prenom, nom=nom).texte == said


# --- approved templates ---


@pytest.mark.parametrize(
    ("langue", "modele", "nom"), [("fr", "HXfr", "cher contribuable"), ("en-GB", "HXen", "dear taxpayer")]
)
def test_an_approved_template_follows_the_language(langue: str, modele: str, nom: str) -> None:
    redaction = written(plume(FRANCAIS, ANGLAIS), Canal.WHATSAPP, langue=langue, nom=None, prenom=None)
    assert (redaction.modele, redaction.variables) == (modele, [nom, "15 000 FCFA", "Taxe de marché", "18/12/2025"])
    assert nom in redaction.texte


def test_the_text_says_what_the_approved_template_says() -> None:
    redaction = written(plume(FRANCAIS), Canal.WHATSAPP, langue="en", nom=None, prenom=None)
    assert (redaction.modele, redaction.variables and redaction.variables[0]) == ("HXfr", "cher contribuable")
    assert redaction.texte.startswith("Mairie de Libreville\n\nBonjour cher contribuable")


def test_an_sms_has_no_approved_template() -> None:
    redaction = written(plume(FRANCAIS))
    assert (redaction.modele, redaction.variables) == (None, None)


# --- letters, segments and price ---


def test_plainer_letters_make_an_sms_cheaper_and_what_they_save_is_told() -> None:
    redaction = written(plume(), nom="BENOÎT", prenom="François")
    assert "Francois BENOIT" in redaction.texte
    assert (redaction.segments, redaction.segments_evites, redaction.cout) == (1, 2, Decimal(25))


def test_the_policy_may_keep_the_letters_at_their_price() -> None:
    redaction = written(plume(simplifier=False), nom="BENOÎT", prenom="François")
    assert "François BENOÎT" in redaction.texte
    assert (redaction.segments, redaction.segments_evites, redaction.cout) == (3, 0, Decimal(75))


def test_a_message_billed_whole_keeps_its_letters() -> None:
    redaction = written(plume(), Canal.WHATSAPP, nom="BENOÎT", prenom="François")
    assert "François BENOÎT" in redaction.texte
    assert (redaction.segments, redaction.segments_evites, redaction.cout) == (1, 0, Decimal(35))


def test_a_text_dearer_than_the_policy_allows_is_not_written() -> None:
    long = SUJET._replace(nom="N" * 200)
    assert plume(segments_max=3).write(long, Canal.SMS, NIVEAU, VENTIS) is not None
    assert plume(segments_max=2).write(long, Canal.SMS, NIVEAU, VENTIS) is None


@pytest.mark.parametrize(("modeles", "possible"), [((), False), ((FRANCAIS,), True)])
def test_a_text_longer_than_the_fournisseur_takes_is_not_written_where_it_is_what_leaves(
    modeles: tuple[Modele, ...], possible: bool
) -> None:
    short = TWILIO._replace(longueur_max=50)
    assert (plume(*modeles).write(SUJET, Canal.WHATSAPP, NIVEAU, short) is not None) == possible


SUJETS = st.builds(
    SUJET._replace, nom=TYPED, prenom=TYPED, libelles=st.lists(TYPED, min_size=1, max_size=2),
    langue=st.sampled_from(["fr", "en"]),
)  # fmt: skip


@given(SUJETS, st.sampled_from(POLITIQUE.niveaux), st.sampled_from(list(Canal)))
def test_a_text_has_no_character_that_no_eye_can_see(sujet: Sujet, niveau: Niveau, canal: Canal) -> None:
    redaction = plume(segments_max=1000).write(sujet, canal, niveau, VOIES[canal]._replace(longueur_max=100_000))
    assert redaction is not None
    assert {unicodedata.category(c) for c in redaction.texte if c != "\n"}.isdisjoint({"Cc", "Cf", "Co", "Cs", "Cn"})
    assert {c for c in redaction.texte if c.isspace()} <= {" ", "\n"}


# --- read before anything is sent ---


@pytest.mark.parametrize("canal", Canal)
def test_the_product_s_texts_are_in_order(canal: Canal) -> None:
    PRODUCT.check(everywhere(POLITIQUE, canal))


def test_each_niveau_is_read_for_the_canal_it_leaves_by(tmp_path: Path) -> None:
    files = {"sms/niveau1.fr": "a", "sms/niveau2.fr": "b", "whatsapp/niveau3.fr": "c"}
    texts = plume(gabarits=gabarits(tmp_path, files))
    texts.check({1: Canal.SMS, 2: Canal.SMS, 3: Canal.WHATSAPP})
    with pytest.raises(Blocked, match=r"sms/niveau3\.fr\.txt manque"):
        texts.check(everywhere(POLITIQUE, Canal.SMS))


def test_the_last_niveau_is_read_as_the_first(tmp_path: Path) -> None:
    files = {"sms/niveau1.fr": "a", "sms/niveau2.fr": "b", "sms/niveau3.fr": "c", "sms/niveau3.en": "\n{{ nmo }}"}
    with pytest.raises(Blocked, match=r"sms/niveau3\.en\.txt, ligne 2 : variable inconnue « nmo »"):
        plume(gabarits=gabarits(tmp_path, files)).check(everywhere(POLITIQUE, Canal.SMS))


def test_an_approved_template_needs_the_text_in_its_language(tmp_path: Path) -> None:
    only_french = gabarits(tmp_path, {f"whatsapp/niveau{numero}.fr": "x" for numero in (1, 2, 3)})
    plume(FRANCAIS, gabarits=only_french).check(everywhere(POLITIQUE, Canal.WHATSAPP))
    with pytest.raises(Blocked, match=r"whatsapp/niveau1\.en\.txt manque"):
        plume(FRANCAIS, ANGLAIS, gabarits=only_french).check(everywhere(POLITIQUE, Canal.WHATSAPP))


def test_approved_templates_without_the_office_s_language_are_refused() -> None:
    with pytest.raises(Blocked) as refused:
        plume(ANGLAIS).check(everywhere(POLITIQUE, Canal.WHATSAPP))
    assert "[[modele_whatsapp]] : le niveau 1 n'a pas de modèle en fr" in one_sentence(refused.value)


def test_approved_templates_are_looked_at_where_whatsapp_is_used() -> None:
    plume(ANGLAIS).check(everywhere(POLITIQUE, Canal.SMS))
