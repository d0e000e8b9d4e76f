"""The report a tax officer reads: how many, why, and what to do about it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from relances.rules.bilan import EXCLUE, NON_TRAITEE, Bilan, Line, Totals
from relances.rules.causes import CAUSES, cause
from relances.rules.exclusions import RAISONS, Raison, raison
from relances.rules.models import Canal, Statut
from relances.rules.rapport import PLACES
from relances.rules.rapport import rapport as full_rapport

EXPLICATIONS = {("twilio", "63024"): Raison("numéro absent de WhatsApp", "relancer par SMS")}


def bilan(*lines: Line) -> Bilan:
    totals = Totals(extraites=sum(line.creances for line in lines), creees=1234, toutes=1500, segments=2000)
    return Bilan(date(2026, 11, 21), Canal.SMS, simulation=False, totals=totals, lines=lines)


def line(place: str, code: str | None = None, creances: int = 3, fournisseur: str | None = None) -> Line:
    return Line(place, code, fournisseur, creances, 2, Decimal(creances) * 5_000)


def rapport(told: Bilan) -> str:
    return full_rapport(told, EXPLICATIONS)


def cells(told: Bilan) -> list[tuple[str, ...]]:
    """The rows of the report's tables, without what only lines them up."""
    rows = [row for row in rapport(told).splitlines() if row.startswith("|")]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


def test_every_place_of_a_creance_has_its_words() -> None:
    assert PLACES.keys() == {*Statut, EXCLUE, NON_TRAITEE}


def test_the_summary_counts_what_an_officer_asks_for() -> None:
    told = bilan(line("envoyee", creances=12_345))
    text = rapport(told)
    assert text.startswith("# Relances du 21/11/2026\n")
    assert "- 12 345 créances en retard extraites" in text
    assert "- 1 234 relances créées, 1 500 au total pour ce jour" in text
    assert "- 2 000 SMS facturables envoyés" in text
    assert ("envoyées", "12 345", "2", "61 725 000 FCFA") in cells(told)
    assert ("**Extraites**", "**12 345**", "", "61 725 000 FCFA") in cells(told)


def test_a_simulation_says_so() -> None:
    assert rapport(replace(bilan(), simulation=True)).startswith("# Simulation du 21/11/2026\n")


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


def test_what_whatsapp_sent_is_counted_in_messages() -> None:
    told = replace(bilan(line("livree")), canal=Canal.WHATSAPP)
    assert "- 2 000 messages WhatsApp envoyés pour ce jour" in rapport(told)


def test_a_reason_of_the_tax_system_s_own_is_shown_as_it_is() -> None:
    assert ("exonere", "3") in [row[:2] for row in cells(bilan(line(EXCLUE, "exonere")))]


def test_the_reason_that_excludes_most_comes_first() -> None:
    text = rapport(bilan(line(EXCLUE, "litige", 1), line(EXCLUE, "ligne_fixe", 9)))
    assert text.index("ligne fixe") < text.index("litige")


def test_what_waits_is_announced_with_what_to_do() -> None:
    assert "**3 créances attendent leur envoi** : relancez le Dag" in rapport(bilan(line("en_attente")))


def test_what_is_in_doubt_is_announced() -> None:
    assert "3 créances incertaines" in rapport(bilan(line("incertaine", "408")))


def test_a_table_without_rows_is_left_out() -> None:
    assert "En échec, par cause" not in rapport(bilan(line("envoyee")))


def test_the_columns_line_up_for_who_reads_the_log() -> None:
    tables = rapport(bilan(line("envoyee", creances=123_456), line(EXCLUE, "litige"))).split("\n\n")
    for table in tables:
        assert len({len(row) for row in table.splitlines() if row.startswith("|")}) <= 1
