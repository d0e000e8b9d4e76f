"""What becomes of one contribuable's overdue creances: one relance, or a reason each."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.gabarits import load_gabarits
from relances.policy.politique import load_policy
from relances.rules.models import Canal, Creance, Exclusion, NumeroLu
from relances.rules.numeros import Numero, lire
from relances.rules.politique import Modele
from relances.rules.redaction import Plume
from relances.rules.routing import Chemin, Routage
from relances.rules.selection import Regles

TODAY = date(2026, 11, 21)
VENTIS = Chemin("ventis", frozenset({"GA"}), longueur_max=1530, par_segment=True, tarif=Decimal(25))
TWILIO = Chemin("twilio", frozenset(), longueur_max=1600, par_segment=False, tarif=Decimal(35))
ROUTAGE = Routage(Canal.SMS, (VENTIS,), imposee=False, accepter_format_guide=False, signales={})
POLITIQUE = load_policy()
REGLES = Regles(POLITIQUE, Plume(POLITIQUE, load_gabarits()), TODAY, dict.fromkeys((1, 2, 3), ROUTAGE))
MODELE = Modele(1, "fr", "HX" + 32 * "0", ("montant", "nom"))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def read(typed: str) -> NumeroLu:
    verdict = lire(typed)
    if isinstance(verdict, Numero):
        return typed, verdict.chiffres, verdict.pays, verdict.migre, verdict.format_guide, verdict.attribue, None
    return typed, None, None, False, False, False, verdict.value


def creance(rang: int = 1, retard: int = 10, telephones: list[str] | None = None, **over: object) -> Creance:
    """``telephones``: none given, one that takes messages."""
    fields: dict[str, object] = dict.fromkeys(Creance._fields) | {
        "rang": rang,
        "creance_id": f"a{rang}",
        "contribuable_id": "7",
        "nom": "ONDO",
        "prenom": "Marie",
        "numeros": [read(typed) for typed in (["066123456"] if telephones is None else telephones)],
        "langue": "fr",
        "categorie": "MARCHE",
        "libelle": "Taxe de marché",
        "montant_du": Decimal(15_000),
        "echeance": ago(retard),
        "jours_retard": retard,
        "relance_du_jour": False,
        "opposition": False,
        "relances_semaine": 0,
    }
    return Creance(**(fields | over))  # type: ignore[arg-type]


def with_policy(**over: object) -> Regles:
    politique = replace(POLITIQUE, **over)  # type: ignore[arg-type]
    return replace(REGLES, politique=politique, plume=Plume(politique, load_gabarits()))


def with_selection(**over: object) -> Regles:
    return with_policy(selection=replace(POLITIQUE.selection, **over))  # type: ignore[arg-type]


def through(chemin: Chemin, canal: Canal = Canal.SMS) -> Regles:
    return replace(REGLES, routages=dict.fromkeys((1, 2, 3), replace(ROUTAGE, canal=canal, chemins=(chemin,))))


def test_one_overdue_creance_makes_one_relance() -> None:
    decision = REGLES.decide([creance()])
    assert decision.exclusions == ()
    relance = decision.relance
    assert relance is not None
    assert (relance.contribuable_id, relance.telephone, relance.telephone_migre) == ("7", "24166123456", False)
    assert (relance.montant_du, relance.echeance) == (Decimal(15_000), ago(10))
    assert (relance.canal, relance.fournisseur, relance.niveau) == (Canal.SMS, "ventis", 1)
    assert (relance.redaction.segments, relance.redaction.cout) == (1, 25)
    assert (relance.redaction.modele, relance.redaction.variables) == (None, None)
    assert "Marie ONDO, 15 000 FCFA dus (Taxe de marché)" in relance.redaction.texte


def test_several_creances_make_one_relance_of_their_sum_and_their_oldest_echeance() -> None:
    owed = [creance(1, retard=40), creance(2, retard=12, montant_du=Decimal("500.50"))]
    relance = REGLES.decide(owed).relance
    assert relance is not None
    assert relance.montant_du == Decimal("15500.50")
    assert relance.echeance == ago(40)
    assert relance.creances == tuple(owed)
    assert "(2 taxes)" in relance.redaction.texte


def test_the_latest_payment_sets_the_level() -> None:
    relance = REGLES.decide([creance(1, retard=100), creance(2, retard=8)]).relance
    assert relance is not None
    assert relance.niveau == 3


def test_a_migrated_number_is_recorded_as_such() -> None:
    relance = REGLES.decide([creance(telephones=["07280150"])]).relance
    assert relance is not None
    assert (relance.telephone, relance.telephone_migre) == ("24177280150", True)


@pytest.mark.parametrize(("days", "left_alone"), [(0, True), (6, True), (7, False), (8, False)])
def test_a_creance_reminded_less_than_seven_days_ago_is_left_alone(days: int, left_alone: bool) -> None:
    decision = REGLES.decide([creance(derniere_relance=ago(days))])
    assert decision.exclusions == ((Exclusion(1, "deja_relance"),) if left_alone else ())
    assert (decision.relance is None) is left_alone


def test_a_creance_reminded_lately_leaves_its_contribuable_s_others_alone() -> None:
    decision = REGLES.decide([creance(1, derniere_relance=ago(2)), creance(2, montant_du=Decimal(700))])
    assert decision.exclusions == (Exclusion(1, "deja_relance"),)
    assert decision.relance is not None
    assert decision.relance.montant_du == 700


def test_a_contribuable_already_reminded_today_is_not_reminded_of_a_new_creance() -> None:
    decision = REGLES.decide([creance(relance_du_jour=True)])
    assert (decision.relance, decision.exclusions) == (None, (Exclusion(1, "deja_relance"),))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ([], "telephone_absent"),
        (["NEANT 17"], "telephone_absent"),
        (["99999999"], "telephone_invalide"),
        (["011723456"], "ligne_fixe"),
        (["+33612345678"], "hors_region"),
        (["0661234567"], "format_guide"),
    ],
)
def test_without_a_usable_number_every_creance_is_excluded_for_that_reason(typed: list[str], code: str) -> None:
    decision = REGLES.decide([creance(1, telephones=typed), creance(2, telephones=typed)])
    assert (decision.relance, decision.exclusions) == (None, (Exclusion(1, code), Exclusion(2, code)))


def test_a_message_dearer_than_the_policy_allows_is_excluded() -> None:
    assert REGLES.decide([creance(nom="N" * 10_000)]).exclusions == (Exclusion(1, "message_trop_long"),)


def test_a_message_as_dear_as_the_policy_allows_is_sent() -> None:
    two_segments = creance(nom="N" * 100)
    assert with_policy(texte=replace(POLITIQUE.texte, segments_max=2)).decide([two_segments]).relance is not None
    assert with_policy(texte=replace(POLITIQUE.texte, segments_max=1)).decide([two_segments]).relance is None


def test_a_message_longer_than_its_fournisseur_takes_is_excluded() -> None:
    decision = REGLES.decide([creance()])
    assert decision.relance is not None
    length = len(decision.relance.redaction.texte)
    assert through(VENTIS._replace(longueur_max=length)).decide([creance()]) == decision
    refused = through(VENTIS._replace(longueur_max=length - 1)).decide([creance()])
    assert (refused.relance, refused.exclusions) == (None, (Exclusion(1, "message_trop_long"),))


def test_a_fournisseur_that_does_not_bill_by_segment_takes_a_long_message_for_one() -> None:
    long = creance(nom="N" * 1_000)
    assert REGLES.decide([long]).relance is None
    relance = through(VENTIS._replace(par_segment=False)).decide([long]).relance
    assert relance is not None
    assert relance.redaction.segments == 1


# --- what the policy leaves alone ---


def test_several_creances_too_small_each_are_worth_a_message_together() -> None:
    small = [creance(rang, montant_du=Decimal(300)) for rang in (1, 2)]
    assert with_selection(montant_minimum=Decimal(600)).decide(small).relance is not None
    alone = with_selection(montant_minimum=Decimal(600)).decide(small[:1])
    assert (alone.relance, alone.exclusions) == (None, (Exclusion(1, "montant_minimum"),))


@pytest.mark.parametrize(("reminders", "reminded"), [(2, True), (3, False), (9, False)])
def test_nobody_is_reminded_more_than_so_often_a_week(reminders: int, reminded: bool) -> None:
    decision = with_selection(maximum_par_semaine=3).decide([creance(relances_semaine=reminders)])
    assert (decision.relance is not None) is reminded
    assert decision.exclusions == (() if reminded else (Exclusion(1, "maximum_semaine"),))


def test_a_category_that_is_left_out_leaves_the_others_of_its_contribuable() -> None:
    owed = [creance(1, categorie="PATENTE"), creance(2)]
    decision = with_selection(categories_exclues=frozenset({"PATENTE"})).decide(owed)
    assert decision.exclusions == (Exclusion(1, "categorie_exclue"),)
    assert decision.relance is not None
    assert decision.relance.creances == (owed[1],)


def test_where_creances_are_not_grouped_the_oldest_alone_is_spoken_of() -> None:
    owed = [creance(1, retard=60), creance(2, retard=12), creance(3)]
    decision = with_selection(regrouper=False).decide(owed)
    assert decision.relance is not None
    assert (decision.relance.creances, decision.relance.montant_du) == ((owed[0],), 15_000)
    assert decision.exclusions == (Exclusion(2, "une_par_message"), Exclusion(3, "une_par_message"))


def test_run_again_what_was_left_for_later_has_the_same_reason() -> None:
    decision = with_selection(regrouper=False).decide([creance(2, relance_du_jour=True)])
    assert decision.exclusions == (Exclusion(2, "une_par_message"),)


def test_a_number_that_the_memory_lost_is_read_again() -> None:
    forgotten = ("066123456", None, None, False, False, False, None)
    relance = REGLES.decide([creance()._replace(numeros=[forgotten])]).relance
    assert relance is not None
    assert relance.telephone == "24166123456"


def test_who_asked_for_silence_is_left_alone_with_all_it_owes() -> None:
    decision = REGLES.decide([creance(1, opposition=True), creance(2, opposition=True)])
    assert (decision.relance, decision.exclusions) == (None, (Exclusion(1, "opposition"), Exclusion(2, "opposition")))


def test_each_niveau_has_its_own_time_of_peace() -> None:
    first, second, third = POLITIQUE.niveaux
    patient = with_policy(niveaux=(replace(first, delai_jours=20), second, third))
    assert patient.decide([creance(retard=10, derniere_relance=ago(10))]).relance is None
    assert patient.decide([creance(retard=40, derniere_relance=ago(10))]).relance is not None


def test_each_niveau_leaves_by_its_own_canal() -> None:
    by_whatsapp = through(TWILIO, Canal.WHATSAPP).routages[3]
    regles = replace(REGLES, routages={**REGLES.routages, 3: by_whatsapp})
    told = [regles.decide([creance(retard=retard)]).relance for retard in (10, 100)]
    assert [(r.canal, r.fournisseur) for r in told if r] == [(Canal.SMS, "ventis"), (Canal.WHATSAPP, "twilio")]


# --- whatsapp ---


def whatsapp(*modeles: Modele) -> Regles:
    return replace(with_policy(modeles_whatsapp=modeles), routages=through(TWILIO, Canal.WHATSAPP).routages)


def test_a_whatsapp_message_says_the_text_of_its_canal_and_has_no_segments() -> None:
    relance = whatsapp().decide([creance(nom="N" * 1_000, telephones=["+33612345678"])]).relance
    assert relance is not None
    assert (relance.fournisseur, relance.telephone, relance.redaction.segments) == ("twilio", "33612345678", 1)
    assert relance.redaction.texte.startswith("Mairie de Libreville\n\nBonjour Marie NNNN")
    assert relance.redaction.modele is None


def test_an_approved_template_goes_with_what_fills_it_and_what_it_says() -> None:
    relance = whatsapp(MODELE).decide([creance()]).relance
    assert relance is not None
    assert (relance.redaction.modele, relance.redaction.variables) == (
        MODELE.content_sid,
        ["15 000 FCFA", "Marie ONDO"],
    )
    assert "Bonjour Marie ONDO" in relance.redaction.texte


def test_the_length_of_what_an_approved_template_says_is_the_provider_s_affair() -> None:
    long = creance(nom="N" * 2_000)
    assert whatsapp().decide([long]).exclusions == (Exclusion(1, "message_trop_long"),)
    assert whatsapp(MODELE).decide([long]).relance is not None


def test_a_niveau_without_an_approved_template_says_its_text() -> None:
    relance = whatsapp(MODELE).decide([creance(retard=100)]).relance
    assert relance is not None
    assert (relance.niveau, relance.redaction.modele) == (3, None)


# --- what is odd ---


@pytest.mark.parametrize("name", ["\u202e😀", 'N\'DONG "Ali"; DROP TABLE', "{{ nom }}", "a\tb\nc"])
def test_no_name_is_an_error(name: str) -> None:
    assert REGLES.decide([creance(nom=name, prenom=None, libelle=None)]).relance is not None


def test_a_missing_template_stops_the_run_rather_than_excluding(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"sms/niveau1\.fr\.txt manque"):
        replace(REGLES, plume=Plume(POLITIQUE, load_gabarits(tmp_path))).decide([creance()])


@given(
    st.lists(
        st.builds(
            dict,
            retard=st.integers(0, 400),
            derniere_relance=st.none() | st.integers(0, 20).map(ago),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["066123456", "NEANT", "011723456"]),
)
def test_every_creance_is_in_the_relance_or_excluded_once(owed: list[dict[str, object]], phone: str) -> None:
    creances = [creance(rang, telephones=[phone], **fields) for rang, fields in enumerate(owed)]  # type: ignore[arg-type]
    decision = REGLES.decide(creances)
    kept = decision.relance.creances if decision.relance else ()
    placed = [c.rang for c in kept] + [exclusion.rang for exclusion in decision.exclusions]
    assert sorted(placed) == list(range(len(owed)))
    assert decision.relance is None or decision.relance.montant_du == sum(c.montant_du for c in kept)
