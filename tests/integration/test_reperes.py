"""One tax application, several histories of ours: each row keeps the words of who wrote it, and counts once."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest

from demo import create_base_fictive
from relances.rules.politique import BaseFiscale
from relances.services.write_back import write_back
from relances.store.sources import Source
from tests.conftest import CopyDatabase, NewDatabase
from tests.integration.office import Office, nobody_was_reminded
from tests.integration.world import TODAY, Row, ask, request

SOURCE = Source("collecte_taxe")
CONTRIBUABLES = 150
OURS = "SELECT * FROM relance WHERE strpos(coalesce(notes, ''), '[relances #') > 0 ORDER BY id"

Install = Callable[[], Office]


@pytest.fixture(scope="module")
def sample_url(new_database: NewDatabase) -> str:
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=CONTRIBUABLES, date_reference=TODAY)
    return url


@pytest.fixture
def etaxe_url(sample_url: str, copy_database: CopyDatabase) -> str:
    """A tax application where nobody was reminded yet, and where every creance has its dossier."""
    url = copy_database(sample_url)
    nobody_was_reminded(url)
    return url


@pytest.fixture
def install(etaxe_url: str, migrated_url: str, copy_database: CopyDatabase) -> Install:
    """Make an installation beside those there are: a schema of its own, and its name."""

    def installed() -> Office:
        relances_url = copy_database(migrated_url)
        drawn = "UPDATE relances.installation SET marque = right(replace(gen_random_uuid()::text, '-', ''), 12)"
        ask(relances_url, drawn)
        return Office(SOURCE, etaxe_url, relances_url)

    return installed


def remind(office: Office, run_id: str, day: date = TODAY, limite: int | None = None) -> int:
    """A run whose messages are all accepted, and shown."""
    office.run(request(run_id, date_relance=day.isoformat(), limite=limite))
    settle(office, "envoyee")
    return show(office)


def settle(office: Office, statut: str) -> None:
    ask(
        office.relances_url,
        """
        UPDATE relances.relance SET statut = %(statut)s, tentatives = 1, prochaine_tentative_le = NULL,
            envoyee_le = CASE WHEN %(statut)s IN ('envoyee', 'livree') THEN coalesce(envoyee_le, now()) END,
            reference = CASE WHEN %(statut)s IN ('envoyee', 'livree') THEN coalesce(reference, 'ref-' || id) END,
            livree_le = CASE WHEN %(statut)s = 'livree' THEN now() END,
            incertaine_depuis = CASE WHEN %(statut)s = 'incertaine' THEN now() END,
            close_le = CASE WHEN %(statut)s = 'echec' THEN now() END,
            code = CASE WHEN %(statut)s IN ('echec', 'incertaine') THEN '408' END,
            motif = CASE WHEN %(statut)s = 'echec' THEN 'le message est peut-être arrivé' END
        WHERE statut IN ('en_attente', 'incertaine', 'envoyee')
        """,
        statut=statut,
    )


def show(office: Office) -> int:
    with (
        psycopg.connect(office.etaxe_url, autocommit=True) as etaxe,
        psycopg.connect(office.relances_url, autocommit=True) as relances,
    ):
        return write_back(office.source, etaxe, relances, BaseFiscale())


def show_again(office: Office) -> None:
    """As after a crash between the tax application's database and ours."""
    ask(office.relances_url, "UPDATE relances.relance SET statut_reporte = NULL")
    show(office)


def told(*offices: Office) -> dict[tuple[str, str], str]:
    """What each history says: by repère and creance, the text."""
    return {
        (row["repere"], row["creance_id"]): row["texte"]
        for office in offices
        for row in ask(
            office.relances_url,
            "SELECT n.prefixe || r.id AS repere, rc.creance_id, r.texte FROM relances.relance r "
            "JOIN relances.numerotation n ON r.id >= n.premiere AND (n.fin IS NULL OR r.id < n.fin) "
            "JOIN relances.relance_creance rc ON rc.relance_id = r.id WHERE statut <> 'annulee'",
        )
    }


def shown(url: str) -> dict[tuple[str, str], str]:
    """What the application shows of it."""
    rows = ask(url, OURS)
    found = {
        (re.findall(r"\[relances #([^\]]+)\]", row["notes"])[0], str(row["affectation_taxe_id"])): row["message"]
        for row in rows
    }
    assert len(found) == len(rows), "a row is shown twice"
    return found


def counted(url: str) -> int:
    return int(ask(url, "SELECT sum(nombre_relances) AS n FROM dossier_impaye")[0]["n"])


def days_go_by(url: str, days: int) -> None:
    """Move what the application shows into the past, rather than wait."""
    ask(
        url,
        """
        UPDATE relance SET date_envoi = date_envoi - make_interval(days => %(d)s),
            date_planifiee = date_planifiee - make_interval(days => %(d)s),
            created_at = created_at - make_interval(days => %(d)s)
        """,
        d=days,
    )


def upgraded(office: Office) -> None:
    """An installation whose relances were numbered before there were names."""
    ask(office.relances_url, "UPDATE relances.installation SET marque = ''")


def test_two_installations_and_a_fresh_schema_lose_no_word_of_each_other(etaxe_url: str, install: Install) -> None:
    first, second = install(), install()
    for number in range(7):
        day = TODAY - timedelta(days=6 - number)
        assert remind(first, f"un-{number}", day, limite=4) > 0
        assert remind(second, f"deux-{number}", day, limite=4) > 0
        ask(etaxe_url, "UPDATE relance SET notes = notes || E'\\nVu par un agent.' WHERE notes NOT LIKE '%%Vu par%%'")
        show_again(first)
        show_again(second)
    settle(first, "livree")
    show(first)
    assert shown(etaxe_url) == told(first, second)
    assert counted(etaxe_url) == len(told(first, second))

    days_go_by(etaxe_url, 8)
    before = ask(etaxe_url, OURS)
    third = install()
    assert remind(third, "trois") > 0
    for office in (first, second, third):
        show_again(office)
    assert shown(etaxe_url) == told(first, second, third)
    assert counted(etaxe_url) == len(told(first, second, third))
    assert {row["message"] for row in before} <= {row["message"] for row in ask(etaxe_url, OURS)}
    assert all("Vu par un agent." in row["notes"] for row in ask(etaxe_url, OURS)[: len(before)])


def test_a_row_numbered_before_there_were_names_is_still_ours(etaxe_url: str, install: Install) -> None:
    office = install()
    upgraded(office)
    remind(office, "avant", limite=10)
    before = shown(etaxe_url)
    assert all(re.fullmatch("[0-9]+", repere) for repere, _ in before)
    settle(office, "livree")
    show(office)
    show_again(office)
    assert shown(etaxe_url) == before
    assert counted(etaxe_url) == len(before)
    assert all(row["notes"].endswith("· livrée") for row in ask(etaxe_url, OURS))


@pytest.mark.parametrize("other", ["the day", "the contribuable"])
def test_a_row_of_an_older_history_with_the_same_number_is_never_touched(
    etaxe_url: str, install: Install, other: str
) -> None:
    lost, office = install(), install()
    upgraded(lost)
    upgraded(office)
    remind(lost, "perdu", limite=5)
    days_go_by(etaxe_url, 8)
    if other == "the contribuable":
        somebody_else = "CASE contribuable_id WHEN 1 THEN 2 ELSE 1 END"
        ask(etaxe_url, f"UPDATE relance SET date_planifiee = current_date, contribuable_id = {somebody_else}")  # noqa: S608
    before = ask(etaxe_url, OURS)
    remind(office, "nouveau", limite=5)
    assert ask(etaxe_url, OURS)[: len(before)] == before
    assert counted(etaxe_url) == len(told(lost)) + len(told(office))


def test_a_408_of_a_lost_history_is_said_and_not_said_again(etaxe_url: str, install: Install) -> None:
    lost = install()
    lost.run(request("perdu"))
    for statut in ("incertaine", "echec"):
        settle(lost, statut)
        show(lost)
        again = install()
        assert again.run(request("nouveau")).relances == 0
        assert set(again.exclusions(request("nouveau")).values()) >= {"deja_relance"}
    days_go_by(etaxe_url, 8)
    assert install().run(request("plus tard")).relances > 0


def test_another_failure_of_a_lost_history_was_never_said(etaxe_url: str, install: Install) -> None:
    lost = install()
    lost.run(request("perdu", limite=3))
    settle(lost, "echec")
    refused = "UPDATE relances.relance SET code = '1003', motif = 'refusé, voir 408' WHERE statut = 'echec'"
    ask(lost.relances_url, refused)
    show(lost)
    assert install().run(request("nouveau", limite=3)).relances == 3


def one_row(office: Office) -> Row:
    [row] = ask(office.etaxe_url, OURS)
    return row


@pytest.mark.parametrize(
    ("statut", "edited", "kept"),
    [
        ("envoyee", "'Rappelé.' || E'\\n' || notes", "Rappelé.\n{ours}"),
        ("envoyee", "notes || ' Paiera lundi.'", "{ours} Paiera lundi."),
        ("incertaine", "notes || ' Paiera lundi.'", "{ours} Paiera lundi."),
        ("echec", "notes || E'\\r\\nPaiera lundi.'", "{ours}\r\nPaiera lundi."),
        ("echec", "notes || ' [relances #7] zoom'", "{ours} [relances #7] zoom"),
        ("echec", "'[relances #7] zoom · 1003 : refusé ' || notes", "[relances #7] zoom · 1003 : refusé {ours}"),
    ],
)
def test_what_an_agent_wrote_around_our_words_is_kept(install: Install, statut: str, edited: str, kept: str) -> None:
    office = install()
    office.run(request(limite=1))
    keep_one_creance(office)
    settle(office, statut)
    show(office)
    ask(office.etaxe_url, f"UPDATE relance SET notes = {edited}")  # noqa: S608
    ask(
        office.relances_url,
        "UPDATE relances.relance SET statut = 'incertaine', incertaine_depuis = now(), "
        "envoyee_le = NULL, reference = NULL, close_le = NULL, code = NULL, motif = NULL WHERE statut = 'echec'",
    )
    settle(office, "livree")
    show(office)
    repere = next(iter(told(office)))[0]
    number = repere.split("-")[1]
    expected = kept.format(ours=f"[relances #{repere}] ventis · réf. ref-{number} · livrée")
    assert one_row(office)["notes"] == expected


def keep_one_creance(office: Office) -> None:
    others = "creance_id <> (SELECT min(creance_id) FROM relances.relance_creance)"
    ask(office.relances_url, f"DELETE FROM relances.relance_creance WHERE {others}")  # noqa: S608


def test_an_agent_s_row_that_quotes_a_mark_stays_the_agent_s(etaxe_url: str, install: Install) -> None:
    office = install()
    office.run(request(limite=1))
    keep_one_creance(office)
    settle(office, "envoyee")
    show(office)
    quoting = """
        INSERT INTO relance (contribuable_id, affectation_taxe_id, type_relance, statut, message, montant_due,
            date_planifiee, date_envoi, canal_envoi, notes, utilisateur_id, created_at, updated_at)
        SELECT contribuable_id, affectation_taxe_id, type_relance, 'envoyee', 'Rappel au guichet', 1, date_planifiee,
            date_envoi, 'guichet', notes || ' : sans effet', 1, now(), now()
        FROM relance RETURNING *
    """
    [agents] = ask(etaxe_url, quoting)
    ask(etaxe_url, "DELETE FROM relance WHERE id < %(id)s", id=agents["id"])
    settle(office, "livree")
    show(office)
    assert ask(etaxe_url, "SELECT * FROM relance WHERE id = %(id)s", id=agents["id"]) == [agents]
    with psycopg.connect(etaxe_url) as connection:
        overdue = SOURCE.statement("overdue.sql", connection)
        counted_as_agents = connection.execute(
            f"SELECT relances_agents FROM ({overdue}) o WHERE contribuable_id = %(c)s",  # noqa: S608
            {"date_relance": TODAY, "jours_retard_min": 0, "categories": None, "c": str(agents["contribuable_id"])},
        ).fetchone()
    assert counted_as_agents == (1,)


def test_two_rows_that_an_agent_made_one_of_are_both_told_in_it(etaxe_url: str, install: Install) -> None:
    office = install()
    office.run(request(limite=2))
    same = "UPDATE relances.relance_creance SET creance_id = (SELECT min(creance_id) FROM relances.relance_creance)"
    one_each = "DELETE FROM relances.relance_creance rc WHERE creance_id <> (SELECT min(creance_id) FROM "
    ask(office.relances_url, f"{one_each} relances.relance_creance o WHERE o.relance_id = rc.relance_id)")
    ask(office.relances_url, same)
    settle(office, "incertaine")
    show(office)
    first, second = ask(etaxe_url, OURS)
    merged = "UPDATE relance SET notes = notes || E'\\n' || %(notes)s WHERE id = %(id)s"
    ask(etaxe_url, merged, notes=second["notes"], id=first["id"])
    ask(etaxe_url, "DELETE FROM relance WHERE id = %(id)s", id=second["id"])
    settle(office, "envoyee")
    show(office)
    assert [line.split(" ")[-1][:4] for line in one_row(office)["notes"].split("\n")] == ["ref-", "ref-"]
