"""The report a tax officer reads: how many, why, and what to do about it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from relances.rendering.places import PLACES
from relances.rendering.rapport import rapport as full_rapport
from relances.rules.apercu import Cas, Exemple
from relances.rules.bilan import A_RELANCER, EXCLUE, NON_TRAITEE, Bilan, Line, Totals
from relances.rules.causes import CAUSES, cause
from relances.rules.exclusions import RAISONS, Raison, raison
from relances.rules.models import Canal, Statut
from relances.rules.rapport import Rapport
from relances.rules.volumes import Comparaison, Depense, Volume

EXPLICATIONS = {("twilio", "63024"): Raison("numéro absent de WhatsApp", "relancer par SMS")}


def bilan(*lines: Line) -> Bilan:
    totals = Totals(extraites=sum(line.creances for line in lines), creees=1234, toutes=1500)
    day = date(2026, 11, 21)
    return Bilan(day, None, None, None, simulation=False, totals=totals, lines=lines, depenses=[depense()])


def line(place: str, code: str | None = None, creances: int = 3, fournisseur: str | None = None) -> Line:
    return Line(place, code, fournisseur, creances, 2, Decimal(creances) * 5_000)


def depense(canal: Canal = Canal.SMS, fournisseur: str = "ventis", niveau: int = 1, **over: int) -> Depense:
    counts = {"relances": 1_500, "segments": 3_000, "partis": 2_000, "evites": 0, "migres": 0} | over
    segment = 25
    return Depense(
        canal, fournisseur, niveau, counts["relances"], counts["segments"], counts["partis"], counts["evites"],
        Decimal(counts["segments"] * segment), Decimal(counts["evites"] * segment), counts["migres"],
    )  # fmt: skip


def releve(told: Bilan) -> Rapport:
    return Rapport("passage-1", told, a_corriger={}, depuis=None, exemples=[])


def rapport(told: Bilan | Rapport) -> str:
    return full_rapport(told if isinstance(told, Rapport) else releve(told), EXPLICATIONS)


def test_a_report_says_what_the_policy_asks_in_vain() -> None:
    setting = "politique.toml, ligne 3 : envoi.repli.apres_minutes ne change plus rien ; supprimez la ligne"
    assert "ne change plus rien" not in rapport(bilan(line("envoyee")))
    assert "ne change plus rien ; supprimez la ligne" in rapport(
        replace(releve(bilan(line("envoyee"))), sans_effet=[setting])
    )


def cells(told: Bilan | Rapport) -> list[tuple[str, ...]]:
    """The rows of the report's tables, without what only lines them up."""
    rows = [row for row in rapport(told).splitlines() if row.startswith("|")]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


def test_a_policy_in_force_that_cannot_be_read_is_among_the_warnings() -> None:
    healthy = releve(bilan(line("envoyee")))
    assert "ne se lit pas" not in rapport(healthy)
    told = rapport(replace(healthy, faute="politique.toml, ligne 3 : guillemet fermant oublié — unreadable"))
    assert "**La politique en vigueur ne se lit pas**, le prochain passage s'arrêtera : politique.toml, ligne 3" in told


def test_every_place_of_a_creance_has_its_words() -> None:
    assert PLACES.keys() == {*Statut, A_RELANCER, EXCLUE, NON_TRAITEE}


def test_the_summary_counts_what_an_officer_asks_for() -> None:
    told = bilan(line("envoyee", creances=12_345))
    text = rapport(told)
    assert text.startswith("# Relances du 21/11/2026\n")
    assert "- 12 345 créances en retard extraites" in text
    assert "- 1 234 relances créées, 1 500 au total pour ce jour" in text
    assert "- 2 000 SMS facturables envoyés" in text
    assert ("envoyées", "12 345", "2", "61 725 000 FCFA") in cells(told)
    assert ("**Extraites**", "**12 345**", "", "61 725 000 FCFA") in cells(told)


def test_one_of_each_is_singular() -> None:
    told = replace(bilan(), totals=Totals(extraites=1, creees=1, toutes=1))
    assert "- 1 créance en retard extraite\n- 1 relance créée, 1 au total pour ce jour" in rapport(told)
    told = replace(bilan(replace(line(A_RELANCER), relances=1)), simulation=True)
    assert "- **1 contribuable serait relancé**" in rapport(told)


def test_a_simulation_says_so() -> None:
    assert rapport(replace(bilan(), simulation=True)).startswith("# Simulation du 21/11/2026\n")


def test_a_simulation_says_how_many_would_be_reminded_and_calls_off_nobody() -> None:
    told = replace(bilan(line(A_RELANCER, creances=1_500), line(EXCLUE, "deja_relance", 12)), simulation=True)
    text = rapport(told)
    assert "- **2 contribuables seraient relancés**\n- 12 créances déjà relancées" in text
    assert ("à relancer", "1 500", "2", "7 500 000 FCFA") in cells(told)
    for word in ("nnulées", "relances créées", "envoyés", "| envoyées"):
        assert word not in text


def test_a_simulation_in_which_nothing_is_new_says_that_all_was_said_already() -> None:
    text = rapport(replace(bilan(line(EXCLUE, "deja_relance", 1_500)), simulation=True))
    assert "- **0 contribuables seraient relancés**\n- 1 500 créances déjà relancées" in text
    assert "déjà relancées :" not in rapport(replace(bilan(line(A_RELANCER)), simulation=True))


def test_the_report_of_a_campaign_names_it_and_counts_for_it() -> None:
    text = rapport(replace(bilan(line("envoyee")), campagne="Marchés"))
    assert text.startswith("# Relances de la campagne « Marchés » du 21/11/2026\n")
    assert "1 500 au total pour cette campagne" in text
    assert "2 000 SMS facturables envoyés pour cette campagne" in text
    assert "ce jour" not in text


def test_an_equation_that_holds_is_said_to() -> None:
    assert "## Bilan : équilibré\n" in rapport(bilan(line("envoyee")))


def test_an_equation_that_does_not_hold_is_shouted() -> None:
    broken = bilan(line("envoyee"), line(NON_TRAITEE, creances=2))
    assert "**DÉSÉQUILIBRÉ : prévenez l'exploitant**" in rapport(broken)
    assert ("NON TRAITÉES", "2") in [row[:2] for row in cells(broken)]


@pytest.mark.parametrize("code", RAISONS)
def test_each_exclusion_is_shown_with_its_cure(code: str) -> None:
    meaning = raison(code)
    assert (meaning.libelle, "3", "15 000 FCFA", meaning.que_faire) in cells(bilan(line(EXCLUE, code)))


@pytest.mark.parametrize("place", ["echec", "incertaine", "annulee"])
@pytest.mark.parametrize("code", CAUSES)
def test_each_cause_is_shown_with_its_cure(place: str, code: str) -> None:
    meaning = cause(code, None, {})
    assert (meaning.libelle, "3", "15 000 FCFA", meaning.que_faire) in cells(bilan(line(place, code)))


def test_a_code_of_a_fournisseur_is_shown_with_its_own_cure() -> None:
    told = bilan(line("echec", "63024", fournisseur="twilio"))
    assert ("numéro absent de WhatsApp", "3", "15 000 FCFA", "relancer par SMS") in cells(told)


@pytest.mark.parametrize(("code", "fournisseur"), [("1005", "ventis"), ("63024", "zoom")])
def test_a_code_that_its_fournisseur_does_not_explain_is_shown_as_it_is(code: str, fournisseur: str) -> None:
    told = rapport(bilan(line("echec", code, fournisseur=fournisseur)))
    assert f"refusée par le fournisseur (code {code})" in told


def test_one_cause_at_several_fournisseurs_is_told_once() -> None:
    told = bilan(line("echec", "408", fournisseur="ventis"), line("echec", "408", fournisseur="zoom"))
    meaning = cause("408", None, {})
    assert (meaning.libelle, "6", "30 000 FCFA", meaning.que_faire) in cells(told)


def test_what_left_is_counted_by_canal() -> None:
    depenses = [depense(partis=300), depense(fournisseur="zoom", partis=20), depense(Canal.WHATSAPP, "twilio")]
    text = rapport(replace(bilan(line("livree")), depenses=depenses))
    assert "- 320 SMS facturables envoyés pour ce jour" in text
    assert "- 2 000 messages WhatsApp envoyés pour ce jour" in text


def test_a_run_of_one_canal_that_sent_nothing_says_so() -> None:
    told = replace(bilan(line(EXCLUE, "litige")), canal=Canal.WHATSAPP, depenses=[])
    assert "- 0 messages WhatsApp envoyés pour ce jour" in rapport(told)


def test_the_totals_of_a_run_narrowed_to_one_canal_say_that_they_are_its_own() -> None:
    assert "Passage limité au canal SMS : les totaux ne comptent que lui" in rapport(replace(bilan(), canal=Canal.SMS))
    assert "Passage limité" not in rapport(bilan())


def test_the_totals_of_a_run_narrowed_to_one_fournisseur_say_that_they_count_the_others_too() -> None:
    told = rapport(replace(bilan(), fournisseur="zoom"))
    assert "Passage limité à zoom : les totaux comptent aussi" in told


# --- what it costs ---


def test_relances_segments_and_cost_are_told_by_canal_fournisseur_and_niveau() -> None:
    depenses = [depense(niveau=2), depense(Canal.WHATSAPP, "twilio", relances=10, segments=10)]
    told = cells(replace(bilan(), depenses=depenses))
    assert ("SMS", "ventis", "2", "1 500", "3 000", "75 000 FCFA") in told
    assert ("WhatsApp", "twilio", "1", "10", "10", "250 FCFA") in told
    assert ("**Total**", "", "", "1 510", "3 010", "75 250 FCFA") in told


def test_what_plainer_letters_saved_is_told_in_segments_and_in_money() -> None:
    told = replace(bilan(), depenses=[depense(evites=1_000), depense(niveau=2, evites=200)])
    assert "- Lettres simplifiées : 1 200 segments évités, 30 000 FCFA épargnés" in rapport(told)
    assert "Lettres simplifiées" not in rapport(bilan())


def test_numbers_of_the_old_plan_are_counted() -> None:
    told = replace(bilan(), depenses=[depense(migres=7), depense(niveau=2, migres=5)])
    assert "- 12 relances à un numéro de l'ancien plan" in rapport(told)
    assert "ancien plan" not in rapport(bilan())


# --- what is to be done, what changed, what is said ---


def test_numbers_to_correct_are_counted_with_the_command_that_lists_them() -> None:
    told = replace(releve(bilan()), a_corriger={"ligne_fixe": 2, "telephone_absent": 1_234})
    assert ("pas de numéro de téléphone", "1 234", raison("telephone_absent").que_faire) in cells(told)
    text = rapport(told)
    assert text.index("pas de numéro") < text.index("ligne fixe")
    assert "`relances corrections --passage passage-1 --csv corrections.csv`" in text
    assert "À corriger" not in rapport(bilan())


def test_what_changed_since_the_previous_run_is_told() -> None:
    avant = Volume(1_400, Decimal(28_000_000), Decimal(35_000))
    maintenant = Volume(1_500, Decimal(30_000_000), Decimal(37_500))
    told = replace(releve(bilan()), depuis=Comparaison(date(2026, 11, 20), 120, 45, 33, avant, maintenant))
    text = rapport(told)
    assert "## Depuis le passage du 20/11\n" in text
    assert "- 120 créances nouvelles, 45 payées ou closes" in text
    assert "- 33 contribuables montés de niveau" in text
    assert ("Relances", "1 400", "1 500") in cells(told)
    assert ("Montant réclamé", "28 000 000 FCFA", "30 000 000 FCFA") in cells(told)
    assert "Depuis le passage" not in rapport(bilan())


def test_a_simulation_shows_texts() -> None:
    cas = Cas(Canal.SMS, 2, "ventis", "fr", Decimal(5_000), ["Taxe"], date(2026, 10, 1), 2, Decimal(50))
    text = rapport(replace(releve(bilan()), exemples=[Exemple(cas, "fr", "Bonjour [nom].\nMerci.")]))
    assert "Niveau 2, SMS par ventis, en « fr » (2 segments, 50 FCFA) :\n\n> Bonjour [nom].\n> Merci.\n" in text


def test_a_reason_of_the_tax_system_s_own_is_shown_as_it_is() -> None:
    assert ("exonere", "3") in [row[:2] for row in cells(bilan(line(EXCLUE, "exonere")))]


def test_the_reason_that_excludes_most_comes_first() -> None:
    text = rapport(bilan(line(EXCLUE, "litige", 1), line(EXCLUE, "ligne_fixe", 9)))
    assert text.index("ligne fixe") < text.index("litige")


def test_what_waits_is_announced_with_what_to_do() -> None:
    text = rapport(bilan(line("en_attente")))
    assert (
        "**3 créances attendent leur envoi** : relancez le Dag pour les envoyer, ou la tâche d'envoi en échec" in text
    )


def test_what_is_in_doubt_is_announced() -> None:
    assert "3 créances incertaines" in rapport(bilan(line("incertaine", "408")))


def test_what_a_fournisseur_never_told_of_is_announced() -> None:
    text = rapport(bilan(line("envoyee"), line("envoyee", "sans_nouvelle", 2)))
    assert "2 créances envoyées dont le fournisseur n'a jamais dit le sort" in text


def test_a_table_without_rows_is_left_out() -> None:
    assert "En échec, par cause" not in rapport(bilan(line("envoyee")))


def test_the_columns_line_up_for_who_reads_the_log() -> None:
    tables = rapport(bilan(line("envoyee", creances=123_456), line(EXCLUE, "litige"))).split("\n\n")
    for table in tables:
        assert len({len(row) for row in table.splitlines() if row.startswith("|")}) <= 1
