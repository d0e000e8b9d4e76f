"""One relance a contribuable and an occasion, or a reason a creance: whatever is run again, or twice at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from relances.rendering.rapport import rapport
from relances.rules.bilan import Bilan
from relances.rules.errors import Blocked
from relances.rules.models import Creance
from relances.rules.redaction import Plume
from relances.rules.request import Request
from relances.rules.selection import Regles
from relances.services.rapport import report
from relances.store.creation import Created, creance_of, open_creation
from relances.store.executions import Executions
from relances.store.oppositions import Oppositions
from tests.integration.invariants import invariants
from tests.integration.office import Office
from tests.integration.world import TODAY, Row, ask, request, statuts
from tests.jour import wording
from tests.support import load_gabarits

YESTERDAY = TODAY - timedelta(days=1)
WHATSAPP = request("par-whatsapp", type_relance="whatsapp")


def relances(office: Office, columns: str = "*") -> list[Row]:
    return ask(office.relances_url, f"SELECT {columns} FROM relances.relance ORDER BY id")  # noqa: S608


def reported(office: Office, asked: Request) -> tuple[Bilan, str]:
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        return report(connection, Executions(connection).get(asked.run_id), wording(), rapport)


def bilan(office: Office, asked: Request) -> Bilan:
    return reported(office, asked)[0]


EVIDENCE: dict[str, dict[str, object]] = {
    "envoyee": {"envoyee_le": datetime.now(UTC), "reference": "uuid"},
    "echec": {"close_le": datetime.now(UTC), "code": "1005"},
    "incertaine": {"incertaine_depuis": datetime.now(UTC), "code": "408"},
}


def mark(office: Office, statut: str, **columns: object) -> None:
    """Say what became of every relance that waits."""
    evidence = EVIDENCE[statut] | columns
    assignments = ", ".join(f"{name} = %({name})s" for name in evidence)
    query = f"UPDATE relances.relance SET statut = %(statut)s, {assignments} WHERE statut = 'en_attente'"  # noqa: S608
    ask(office.relances_url, query, statut=statut, **evidence)


# --- what is created ---


def test_each_contribuable_gets_one_relance_for_all_it_owes(office: Office) -> None:
    office.owes(1, creance="a", montant_du=500, retard=10)
    office.owes(1, creance="b", montant_du=700, retard=40)
    office.owes(2, creance="c")
    assert office.run(request()) == Created(relances=2, exclusions=0)
    first = relances(office)[0]
    assert (first["contribuable_id"], first["montant_du"], first["niveau"]) == ("1", 1200, 2)
    assert first["echeance"] == TODAY - timedelta(days=40)
    owed = ask(office.relances_url, "SELECT creance_id, montant_du FROM relances.relance_creance ORDER BY 1")
    assert [(row["creance_id"], row["montant_du"]) for row in owed] == [("a", 500), ("b", 700), ("c", 15_000)]


def test_a_new_relance_waits_with_all_it_needs_to_be_sent(office: Office) -> None:
    office.owes(1, telephones=["07280150"])
    office.run(request())
    made = relances(office)[0]
    assert (made["statut"], made["tentatives"], made["occasion"]) == ("en_attente", 0, request().occasion)
    assert (made["telephone"], made["telephone_migre"], made["fournisseur"]) == ("24177280150", True, "ventis")
    assert "15 000 FCFA" in made["texte"]


def test_every_creance_that_cannot_be_reminded_has_its_reason(office: Office) -> None:
    office.owes(1, exclusion="litige")
    office.owes(2, exclusion="moratoire")
    office.owes(3, montant_du=0)
    office.owes(4, montant_du=None)
    office.owes(5, montant_du="0.004")
    office.owes(6, montant_du="NaN")
    office.owes(7, echeance=None)
    office.owes(8, telephones=None)
    office.owes(9, telephones=["99999999"])
    office.owes(10, telephones=["011723456"])
    office.owes(11, telephones=["+33612345678"])
    office.owes(12, telephones=["0661234567"])
    office.owes(13, nom="N" * 10_000)
    office.owes(14, derniere_relance=datetime.now(UTC) - timedelta(days=1))
    office.owes(15, creance="double")
    office.owes(15, creance="double")
    assert office.run(request()).relances == 1
    assert office.exclusions(request()) == {
        "1": "litige",
        "2": "moratoire",
        "3": "montant_nul",
        "4": "montant_nul",
        "5": "montant_nul",
        "6": "montant_demesure",
        "7": "echeance_invalide",
        "8": "telephone_absent",
        "9": "telephone_invalide",
        "10": "ligne_fixe",
        "11": "hors_region",
        "12": "format_guide",
        "13": "message_trop_long",
        "14": "deja_relance",
        "double": "doublon",
    }
    assert bilan(office, request()).equilibre


@pytest.mark.parametrize("name", ["😀 \u202e", 'N\'DONG\t\\. "x"\n', "{{ nom }}", "\\N"])
def test_no_name_breaks_the_run(office: Office, name: str) -> None:
    office.owes(1, nom=name, prenom=None)
    office.owes(2)
    assert office.run(request()).relances == 2


def test_contribuables_who_share_a_phone_are_each_reminded(office: Office) -> None:
    office.owes(1, telephones=["066123456"])
    office.owes(2, telephones=["+241 66 12 34 56"])
    assert office.run(request()).relances == 2
    assert {row["telephone"] for row in relances(office)} == {"24166123456"}


# --- by whom, and to whom not ---


def test_the_country_of_the_number_tells_the_fournisseur(office: Office) -> None:
    office.owes(1)
    office.owes(2, telephones=["+1 514 555 1234"])
    office.owes(3, telephones=["5145551234"])
    office.run(request())
    assert [(row["contribuable_id"], row["fournisseur"], row["telephone"]) for row in relances(office)] == [
        ("1", "ventis", "24166000001"),
        ("2", "zoom", "15145551234"),
    ]
    assert office.exclusions(request()) == {"3": "telephone_invalide"}


def test_whatsapp_reaches_any_country_with_the_words_of_its_canal(office: Office) -> None:
    office.owes(1, telephones=["07280150"])
    office.owes(2, telephones=["+33 6 12 34 56 78"])
    office.run(WHATSAPP)
    assert [(row["canal"], row["fournisseur"], row["telephone"], row["segments"]) for row in relances(office)] == [
        ("whatsapp", "twilio", "24177280150", 1),
        ("whatsapp", "twilio", "33612345678", 1),
    ]
    assert all(row["texte"].startswith("Mairie de Libreville\n\nBonjour Marie ONDO") for row in relances(office))


def test_a_message_too_long_for_the_fournisseur_of_its_number_is_excluded(office: Office) -> None:
    office.owes(1, nom="N" * 450)
    office.owes(2, nom="N" * 450, telephones=["+1 514 555 1234"])
    office.run(request())
    assert [row["fournisseur"] for row in relances(office)] == ["ventis"]
    assert office.exclusions(request()) == {"2": "message_trop_long"}


@pytest.mark.parametrize("etat", ["injoignable", "opposition"])
def test_a_number_marked_on_a_canal_is_not_written_to_on_it(office: Office, etat: str) -> None:
    ask(
        office.relances_url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur) "
        "VALUES ('24166000001', 'whatsapp', %(etat)s, '63024', 'twilio')",
        etat=etat,
    )
    office.owe(2)
    assert office.run(WHATSAPP).relances == 1
    assert office.exclusions(WHATSAPP) == {"1": etat}
    assert bilan(office, WHATSAPP).equilibre
    mark(office, "echec")
    assert office.run(request("par-sms", type_relance="sms")).relances == 2


@pytest.mark.parametrize(
    ("etat", "days", "left_alone"), [("injoignable", 89, True), ("injoignable", 91, False), ("opposition", 9_000, True)]
)
def test_a_number_said_unreachable_is_tried_again_in_the_end_silence_asked_for_is_kept(
    office: Office, etat: str, days: int, left_alone: bool
) -> None:
    ask(
        office.relances_url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur, signale_le) "
        "VALUES ('24166000001', 'sms', %(etat)s, '1005', 'ventis', now() - make_interval(days => %(days)s))",
        etat=etat,
        days=days,
    )
    office.owes(1)
    office.run(request())
    assert office.exclusions(request()) == ({"1": etat} if left_alone else {})


# --- two canaux ---


def test_who_was_reminded_by_one_canal_is_not_reminded_by_another_the_same_day(office: Office) -> None:
    office.owe(2)
    office.run(request())
    mark(office, "envoyee")
    assert office.run(WHATSAPP) == Created(relances=0, exclusions=2)
    assert set(office.exclusions(WHATSAPP).values()) == {"deja_relance"}
    assert bilan(office, WHATSAPP).equilibre


def test_what_waits_on_one_canal_is_not_said_on_another_the_same_day(office: Office) -> None:
    office.owe(2)
    office.run(request())
    assert office.run(WHATSAPP).relances == 0


def test_what_failed_on_one_canal_may_be_said_on_another_the_same_day(office: Office) -> None:
    office.owe(2)
    office.run(WHATSAPP)
    mark(office, "echec", code="63024")
    by_sms = request("par-sms", type_relance="sms")
    assert office.run(by_sms).relances == 2
    assert bilan(office, by_sms).equilibre


def test_what_an_earlier_day_left_unsent_on_one_canal_gives_way_to_another(office: Office) -> None:
    office.owe(2)
    office.run(request("hier", YESTERDAY))
    assert office.run(WHATSAPP).relances == 2
    assert [(row["canal"], row["statut"], row["code"]) for row in relances(office)] == [
        ("sms", "annulee", "remplacee"),
        ("sms", "annulee", "remplacee"),
        ("whatsapp", "en_attente", None),
        ("whatsapp", "en_attente", None),
    ]


# --- again ---


def test_creating_again_adds_nothing(office: Office) -> None:
    office.owe(5)
    office.owes(6, telephones=[])
    office.run(request())
    before = relances(office)
    assert office.create(request()) == Created(relances=0, exclusions=1)
    assert relances(office) == before
    assert office.exclusions(request()) == {"6": "telephone_absent"}


def test_a_second_run_of_the_day_adds_nothing_and_balances(office: Office) -> None:
    office.owe(5)
    office.run(request("matin"))
    assert office.run(request("soir")).relances == 0
    told = bilan(office, request("soir"))
    assert told.equilibre
    assert (told.totals.creees, told.totals.toutes, told.creances("en_attente")) == (0, 5, 5)


def test_extracting_and_creating_again_in_one_run_adds_nothing(office: Office) -> None:
    office.owe(5)
    office.run(request())
    assert office.run(request()).relances == 0
    assert bilan(office, request()).equilibre


def test_two_runs_at_once_add_one_set(office: Office) -> None:
    office.owe(200)
    runs = [request(f"passage-{n}") for n in range(4)]
    for asked in runs:
        office.extract(asked)
        office.set_aside(asked)
    with ThreadPoolExecutor(len(runs)) as pool:
        created = [made.relances for made in pool.map(office.create, runs)]
    assert sorted(created) == [0, 0, 0, 200]
    assert all(bilan(office, asked).equilibre for asked in runs)
    invariants(office.relances_url, [])


def test_two_days_at_once_remind_of_each_creance_once(office: Office) -> None:
    office.owe(200)
    runs = [request("hier", YESTERDAY), request("aujourdhui")]
    for asked in runs:
        office.extract(asked)
        office.set_aside(asked)
    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(office.create, runs))
    waiting = [row["contribuable_id"] for row in relances(office) if row["statut"] == "en_attente"]
    assert len(waiting) == len(set(waiting)) == 200
    assert all(bilan(office, asked).equilibre for asked in runs)


def test_a_creance_that_passes_to_another_contribuable_is_counted_once(office: Office) -> None:
    office.owes(1, creance="a")
    office.run(request("matin"))
    ask(office.etaxe_url, "UPDATE dette SET contribuable_id = '2'")
    assert office.run(request("soir")).relances == 1
    told = bilan(office, request("soir"))
    assert (told.equilibre, told.creances("en_attente")) == (True, 1)


def test_a_new_creance_of_a_contribuable_already_reminded_today_waits(office: Office) -> None:
    office.owes(1, creance="a")
    office.run(request("matin"))
    office.owes(1, creance="b")
    office.owes(2, creance="c")
    assert office.run(request("soir")) == Created(relances=1, exclusions=1)
    assert office.exclusions(request("soir")) == {"b": "deja_relance"}
    assert bilan(office, request("soir")).equilibre


def test_an_error_in_the_middle_leaves_nothing(office: Office, tmp_path: Path) -> None:
    office.owe(5)
    office.owes(6, retard=40)  # the second level, whose template is missing
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "niveau1.fr.txt").write_text("Bonjour {{ nom }}")
    office.extract(request())
    office.set_aside(request())
    with pytest.raises(Blocked, match=r"niveau2\.fr\.txt manque"):
        office.create(request(), lambda r: replace(r, plume=Plume(r.politique, load_gabarits(tmp_path))))
    assert relances(office) == []
    assert office.exclusions(request()) == {}
    assert office.create(request()).relances == 6


# --- history ---


@pytest.mark.parametrize(("days", "reminded"), [(1, False), (6, False), (7, True), (8, True)])
def test_a_creance_reminded_lately_is_left_alone(office: Office, days: int, reminded: bool) -> None:
    office.owes(1, retard=60)
    office.run(request("avant", TODAY - timedelta(days=days)))
    mark(office, "envoyee")
    ask(
        office.relances_url,
        "UPDATE relances.relance SET creee_le = creee_le - make_interval(days => %(days)s)",
        days=days,
    )
    assert office.run(request()).relances == int(reminded)
    assert office.exclusions(request()) == ({} if reminded else {"1": "deja_relance"})


def test_what_a_run_for_a_past_day_has_just_sent_is_recent(office: Office) -> None:
    office.owes(1, retard=60)
    office.run(request("avant", TODAY - timedelta(days=30)))
    mark(office, "echec", code="408")
    assert office.run(request()).relances == 0
    assert office.exclusions(request()) == {"1": "deja_relance"}


@pytest.mark.parametrize(
    ("statut", "columns", "reminded"),
    [
        ("echec", {}, True),
        ("echec", {"code": "408"}, False),
        ("incertaine", {}, False),
    ],
    ids=["failed", "failed without an answer", "in doubt"],
)
def test_what_surely_never_arrived_does_not_count_as_a_reminder(
    office: Office, statut: str, columns: dict[str, object], reminded: bool
) -> None:
    office.owes(1)
    office.run(request("hier", YESTERDAY))
    mark(office, statut, **columns)
    assert office.run(request()).relances == int(reminded)


def test_what_an_earlier_day_left_unsent_gives_way_to_this_day_s(office: Office) -> None:
    office.owe(2)
    office.run(request("hier", YESTERDAY))
    assert office.run(request()).relances == 2
    assert [(row["date_relance"], row["statut"], row["code"]) for row in relances(office)] == [
        (YESTERDAY, "annulee", "remplacee"),
        (YESTERDAY, "annulee", "remplacee"),
        (TODAY, "en_attente", None),
        (TODAY, "en_attente", None),
    ]
    assert bilan(office, request("hier")).equilibre
    assert bilan(office, request()).equilibre


def test_what_waits_for_more_than_this_run_extracted_is_left_to_say_it(office: Office) -> None:
    office.owes(1, creance="a", categorie="MARCHE")
    office.owes(1, creance="b", categorie="TAXI")
    office.run(request("hier", YESTERDAY))
    assert office.run(request(categories=["MARCHE"])).relances == 0
    assert office.exclusions(request()) == {"a": "deja_relance"}
    assert statuts(office.relances_url) == {"en_attente": 1}


def test_what_waits_counts_among_a_week_s_reminders(office: Office) -> None:
    office.owes(1, creance="a", categorie="MARCHE")
    office.run(request("hier", YESTERDAY))
    office.owes(1, creance="b", categorie="TAXI")

    def once_a_week(regles: Regles) -> Regles:
        selection = replace(regles.politique.selection, maximum_par_semaine=1)
        return replace(regles, politique=replace(regles.politique, selection=selection))

    asked = request(categories=["TAXI"])
    office.extract(asked)
    office.set_aside(asked)
    assert office.create(asked, once_a_week).relances == 0
    assert office.exclusions(asked) == {"b": "maximum_semaine"}


def test_numbers_that_the_memory_lost_are_read_again(office: Office) -> None:
    office.owe(2)
    office.owes(3, telephones=["NEANT", "066000009"])
    office.extract(request())
    office.set_aside(request())
    ask(office.relances_url, "TRUNCATE relances.numero")
    assert office.create(request()).relances == 3


def test_a_number_that_does_not_surely_read_is_set_aside(office: Office) -> None:
    for contribuable, typed in enumerate(["077 12 34 5O", "077 12 34 56 / 57", "077 12 34 5", "077123456 (fils)"], 1):
        office.owes(contribuable, telephones=[typed])
    assert office.run(request()).relances == 0
    assert set(office.exclusions(request()).values()) == {"numero_douteux"}


def test_a_cell_of_two_numbers_is_two_telephones(office: Office) -> None:
    office.owes(1, telephones=["011723456 / 077123456"])
    office.owes(2, telephones=["066123456 ou 077123457", "074123456"])
    assert office.run(request()).relances == 2
    assert sorted(row["telephone"] for row in relances(office)) == ["24166123456", "24177123456"]
    rows = ask(office.relances_url, "SELECT telephones FROM relances.creance_extraite ORDER BY creance_id")
    assert [row["telephones"] for row in rows] == [
        ["011723456", "077123456"],
        ["066123456", "077123457", "074123456"],
    ]
    assert office.set_aside(request()) == 0  # again: nothing is left to cut


def test_who_asked_for_silence_under_one_number_of_the_cell_is_left_alone(office: Office) -> None:
    office.owes(1, telephones=["066123456 / 077123456"])
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        Oppositions(connection).add_numbers({"24177123456": None})
    assert office.run(request()).relances == 0
    assert office.exclusions(request()) == {"1": "opposition"}


def test_a_number_of_ten_thousand_characters_is_none(office: Office) -> None:
    office.owes(1, telephones=["6" * 10_000])
    office.owes(2, telephones=["+4930123456789012"])
    assert office.run(request()).relances == 0
    assert office.exclusions(request()) == {"1": "telephone_invalide", "2": "telephone_invalide"}


def test_an_older_reading_of_a_number_is_read_again(office: Office) -> None:
    office.owe(1)
    office.run(request("hier", YESTERDAY))
    ask(
        office.relances_url,
        "UPDATE relances.numero SET chiffres = NULL, pays = NULL, refus = 'ligne_fixe', lecture = '0'",
    )
    office.run(request())
    assert ask(office.relances_url, "SELECT chiffres FROM relances.numero") == [{"chiffres": "24166000001"}]


def test_what_this_day_s_run_does_not_speak_of_waits_on(office: Office) -> None:
    office.owes(1, retard=20)
    office.owes(2)
    office.run(request("hier", YESTERDAY))
    assert office.run(request(limite=1)).relances == 1
    assert [(row["contribuable_id"], row["date_relance"], row["statut"]) for row in relances(office)] == [
        ("1", YESTERDAY, "annulee"),
        ("2", YESTERDAY, "en_attente"),
        ("1", TODAY, "en_attente"),
    ]
    assert bilan(office, request()).equilibre


def test_a_run_for_an_earlier_day_calls_off_nothing_of_this_day(office: Office) -> None:
    office.owe(2)
    office.run(request())
    assert office.run(request("hier", YESTERDAY)).relances == 0
    assert statuts(office.relances_url) == {"en_attente": 2}


# --- limite ---


def test_the_limit_takes_the_latest_debtors_first(office: Office) -> None:
    for contribuable, retard in ((1, 10), (2, 90), (3, 30)):
        office.owes(contribuable, retard=retard)
    assert office.run(request(limite=2)) == Created(relances=2, exclusions=1)
    assert [row["contribuable_id"] for row in relances(office)] == ["2", "3"]
    assert office.exclusions(request()) == {"1": "hors_limite"}
    assert bilan(office, request()).equilibre


def test_the_limit_caps_the_occasion_however_often_it_is_run(office: Office) -> None:
    office.owe(5)
    office.run(request("matin", limite=2))
    assert office.run(request("soir", limite=2)).relances == 0
    assert office.run(request("nuit", limite=3)).relances == 1
    assert all(bilan(office, request(run)).equilibre for run in ("matin", "soir", "nuit"))


def test_the_limit_holds_for_two_runs_at_once(office: Office) -> None:
    for contribuable in range(1, 61):
        office.owes(contribuable, categorie="MARCHE" if contribuable % 2 else "TAXI")
    runs = [request(categorie, limite=10, categories=[categorie]) for categorie in ("MARCHE", "TAXI")]
    for asked in runs:
        office.extract(asked)
        office.set_aside(asked)
    with ThreadPoolExecutor(len(runs)) as pool:
        created = [made.relances for made in pool.map(office.create, runs)]
    assert sorted(created) == [0, 10]


def test_a_limit_below_what_was_created_adds_nothing_and_takes_nothing_back(office: Office) -> None:
    office.owe(3)
    office.run(request("matin"))
    office.owes(4)
    assert office.run(request("soir", limite=1)).relances == 0
    assert statuts(office.relances_url) == {"en_attente": 3}


# --- simulation ---


def test_a_simulation_creates_what_will_never_be_sent(office: Office) -> None:
    office.owe(3)
    office.run(request(simulation=True))
    assert {(row["statut"], row["code"]) for row in relances(office)} == {("annulee", "simulation")}
    told, text = reported(office, request())
    assert told.equilibre
    assert text.startswith("# Simulation du")


def test_a_simulation_leaves_what_waits_to_who_sends_it(office: Office) -> None:
    office.owe(2)
    office.run(request("hier", YESTERDAY))
    office.extract(request(simulation=True))
    office.set_aside(request(simulation=True))
    execution = office.execution(request())
    with psycopg.connect(office.relances_url) as simulated, open_creation(simulated, execution, "XAF") as creation:
        assert len(list(creation.contribuables(7))) == 2
        sent = ask(office.relances_url, "SELECT id FROM relances.relance WHERE statut = 'en_attente' FOR UPDATE NOWAIT")
        assert len(sent) == 2


def test_a_simulation_is_no_history(office: Office) -> None:
    office.owe(3)
    office.run(request("essai", simulation=True))
    assert office.run(request()).relances == 3
    assert office.run(request("autre-essai", simulation=True)).exclusions == 3


def test_a_simulation_calls_off_nothing_and_shows_what_the_real_run_would_do(office: Office) -> None:
    office.owe(2)
    office.run(request("hier", YESTERDAY))
    assert office.run(request("essai", simulation=True)).relances == 2
    assert statuts(office.relances_url) == {"en_attente": 2, "annulee": 2}


# --- a creance is read by its columns' names ---


def columns(names: Sequence[str]) -> str:
    """A query that gives one row, where each column holds its own name."""
    return "SELECT " + ", ".join(f"'{name}' AS {name}" for name in names)


def test_a_creance_is_read_by_name_whatever_the_order_of_its_columns(relances: psycopg.Connection) -> None:
    with relances.cursor(row_factory=creance_of) as cursor:
        for order in (Creance._fields, Creance._fields[::-1]):
            found = cursor.execute(columns(order)).fetchone()
            assert found is not None
            assert found._asdict() == {name: name for name in Creance._fields}


def test_columns_that_are_not_those_of_a_creance_are_named(relances: psycopg.Connection) -> None:
    with relances.cursor(row_factory=creance_of) as cursor, pytest.raises(LookupError) as refused:
        cursor.execute(columns([*Creance._fields[1:], "autre"]))
    assert str(refused.value) == f"a creance wants the columns {[Creance._fields[0]]}, and has no field for ['autre']"
