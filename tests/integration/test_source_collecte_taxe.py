"""The three statements that speak to the tax application, run on its real tables."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.resources import files
from itertools import count
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from demo import create_base_fictive
from relances.store.database import query
from relances.store.sources import Source

AUJOURD_HUI = date(2026, 11, 21)
MIDI = datetime.combine(AUJOURD_HUI, time(12))
JOURS = {"PLACE-J": 1, "TAXI-H": 7, "MARCHE-M": 30, "PATENTE-T": 90}
REPERE = "9f86d081884c-123"
ENVOI = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

Row = dict[str, Any]
numeros = count(1)


def statement(name: str) -> str:
    return files("relances.store").joinpath("sources/collecte_taxe", name).read_text()


@pytest.fixture(scope="module")
def empty_etaxe(new_database: Callable[[str], str]) -> str:
    """The tax application without a single contribuable."""
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=1, date_reference=AUJOURD_HUI)
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE contribuable, info_collecte, relance, dossier_impaye CASCADE")
    return url


@pytest.fixture
def etaxe(empty_etaxe: str) -> Iterator[psycopg.Connection[Row]]:
    """A connection whose work is undone after the test."""
    with psycopg.connect(empty_etaxe, row_factory=dict_row, cursor_factory=psycopg.ClientCursor) as connection:
        yield connection
        connection.rollback()


def insert(etaxe: psycopg.Connection[Row], table: str, **columns: object) -> int:
    columns = {"created_at": MIDI, "updated_at": MIDI} | columns
    row = etaxe.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        ),
        list(columns.values()),
    ).fetchone()
    assert row
    return int(row["id"])


def contribuable(etaxe: psycopg.Connection[Row], **columns: object) -> int:
    defaults = {
        "nom": "ONDO",
        "prenom": "Marie",
        "telephone": f"0660{next(numeros):05d}",
        "type_contribuable_id": 1,
        "quartier_id": 1,
        "collecteur_id": 1,
        "actif": True,
    }
    return insert(etaxe, "contribuable", **defaults | columns)


def affectation(
    etaxe: psycopg.Connection[Row], qui: int | None = None, taxe: str = "MARCHE-M", retard: int = 10, **columns: object
) -> int:
    """An assignment whose period ended ``retard`` days ago."""
    defaults = {
        "contribuable_id": contribuable(etaxe) if qui is None else qui,
        "taxe_id": taxe_id(etaxe, taxe),
        "date_debut": MIDI - timedelta(days=JOURS[taxe] + retard),
        "actif": True,
    }
    return insert(etaxe, "affectation_taxe", **defaults | columns)


def taxe_id(etaxe: psycopg.Connection[Row], code: str) -> int:
    row = etaxe.execute("SELECT id FROM taxe WHERE code = %s", [code]).fetchone()
    assert row
    return int(row["id"])


def owner(etaxe: psycopg.Connection[Row], creance: int) -> int:
    row = etaxe.execute("SELECT contribuable_id FROM affectation_taxe WHERE id = %s", [creance]).fetchone()
    assert row
    return int(row["contribuable_id"])


def collecte(etaxe: psycopg.Connection[Row], creance: int, **columns: object) -> None:
    """A completed collection on the tax of an assignment, a day after it started."""
    row = etaxe.execute(
        "SELECT contribuable_id, taxe_id, date_debut FROM affectation_taxe WHERE id = %s", [creance]
    ).fetchone()
    assert row
    defaults = {
        "contribuable_id": row["contribuable_id"],
        "taxe_id": row["taxe_id"],
        "collecteur_id": 1,
        "montant": 15_000,
        "type_paiement": "especes",
        "statut": "completed",
        "reference": f"COL-{next(numeros)}",
        "date_collecte": row["date_debut"] + timedelta(days=1),
        "annule": False,
    }
    insert(etaxe, "info_collecte", **defaults | columns)


def overdue(etaxe: psycopg.Connection[Row], **params: object) -> list[Row]:
    defaults = {"date_relance": AUJOURD_HUI, "jours_retard_min": 7, "categories": None}
    return etaxe.execute(statement("overdue.sql"), defaults | params).fetchall()


def owed(etaxe: psycopg.Connection[Row], **params: object) -> dict[str, Decimal]:
    return {row["creance_id"]: row["montant_du"] for row in overdue(etaxe, **params)}


class TestOverdue:
    def test_the_columns_are_the_contract(self, etaxe: psycopg.Connection[Row]) -> None:
        qui = contribuable(etaxe, nom="NZE", prenom=None, telephone="NEANT 17")
        creance = affectation(etaxe, qui, retard=10)
        assert overdue(etaxe) == [
            {
                "creance_id": str(creance),
                "contribuable_id": str(qui),
                "nom": "NZE",
                "prenom": None,
                "telephones": ["NEANT 17"],
                "langue": "fr",
                "categorie": "MARCHE",
                "libelle": "Droit de marché",
                "montant_du": Decimal("15000.00"),
                "devise": "XAF",
                "echeance": AUJOURD_HUI - timedelta(days=10),
                "jours_retard": 10,
                "derniere_relance": None,
                "relances_agents": 0,
                "exclusion": None,
            }
        ]

    def test_it_streams_inside_copy(self, etaxe: psycopg.Connection[Row]) -> None:
        creance = affectation(etaxe)
        params = {"date_relance": AUJOURD_HUI, "jours_retard_min": 7, "categories": ["MARCHE"]}
        query = sql.SQL("COPY (\n{}\n) TO STDOUT").format(sql.SQL(statement("overdue.sql")))
        with etaxe.cursor().copy(query, params) as copy:
            rows = list(copy.rows())
        assert [row[0] for row in rows] == [str(creance)]

    @pytest.mark.parametrize("taxe", JOURS)
    def test_the_delay_counts_from_the_end_of_the_period(self, etaxe: psycopg.Connection[Row], taxe: str) -> None:
        exact = affectation(etaxe, taxe=taxe, retard=7)
        affectation(etaxe, taxe=taxe, retard=6)
        affectation(etaxe, taxe=taxe, retard=-1)
        assert [(row["creance_id"], row["jours_retard"]) for row in overdue(etaxe)] == [(str(exact), 7)]

    def test_an_earlier_date_of_reminder_sees_less(self, etaxe: psycopg.Connection[Row]) -> None:
        affectation(etaxe, retard=10)
        assert not overdue(etaxe, date_relance=AUJOURD_HUI - timedelta(days=4))

    def test_what_is_switched_off_is_not_overdue(self, etaxe: psycopg.Connection[Row]) -> None:
        affectation(etaxe, actif=False)
        affectation(etaxe, contribuable(etaxe, actif=False))
        affectation(etaxe, taxe="TAXI-H")
        etaxe.execute("UPDATE taxe SET actif = false WHERE code = 'TAXI-H'")
        assert not overdue(etaxe)

    @pytest.mark.parametrize(("fin", "due"), [(-1, False), (0, True), (5, True)])
    def test_an_assignment_that_ended_before_its_due_date_owes_nothing(
        self, etaxe: psycopg.Connection[Row], fin: int, due: bool
    ) -> None:
        affectation(etaxe, retard=10, date_fin=MIDI + timedelta(days=fin - 10, hours=-4))
        assert bool(overdue(etaxe)) is due

    @pytest.mark.parametrize(
        ("paiement", "reste"),
        [
            ({}, None),
            ({"montant": 20_000}, None),
            ({"montant": 14_999}, 1),
            ({"annule": True}, 15_000),
            ({"annule": None}, None),
            ({"statut": "pending"}, 15_000),
            ({"statut": "failed"}, 15_000),
            ({"statut": "cancelled"}, 15_000),
            ({"date_collecte": MIDI - timedelta(days=41)}, 15_000),
            ({"date_collecte": MIDI - timedelta(days=40)}, None),
            ({"date_collecte": MIDI + timedelta(days=3)}, None),
        ],
        ids=str,
    )
    def test_completed_collections_since_the_start_are_deducted(
        self, etaxe: psycopg.Connection[Row], paiement: Row, reste: int | None
    ) -> None:
        creance = affectation(etaxe, retard=10)
        collecte(etaxe, creance, **paiement)
        assert owed(etaxe) == ({} if reste is None else {str(creance): reste})

    def test_collections_add_up_for_their_own_contribuable_and_taxe_only(self, etaxe: psycopg.Connection[Row]) -> None:
        qui = contribuable(etaxe)
        marche, taxi, autre = affectation(etaxe, qui), affectation(etaxe, qui, "TAXI-H"), affectation(etaxe)
        collecte(etaxe, marche, montant=4_000)
        collecte(etaxe, marche, montant=1_000)
        collecte(etaxe, taxi, montant=500)
        assert owed(etaxe) == {str(marche): 10_000, str(taxi): 2_000, str(autre): 15_000}

    def test_the_custom_amount_prevails_and_zero_is_not_owed(self, etaxe: psycopg.Connection[Row]) -> None:
        creance = affectation(etaxe, montant_custom=Decimal("99.50"))
        affectation(etaxe, montant_custom=0)
        assert owed(etaxe) == {str(creance): Decimal("99.50")}

    def test_categories_are_the_codes_of_the_tax_types(self, etaxe: psycopg.Connection[Row]) -> None:
        marche, patente = affectation(etaxe), affectation(etaxe, taxe="PATENTE-T")
        assert owed(etaxe, categories=["MARCHE"]).keys() == {str(marche)}
        assert owed(etaxe, categories=["MARCHE", "PATENTE"]).keys() == {str(marche), str(patente)}
        assert not owed(etaxe, categories=[])

    def test_a_missing_telephone_is_an_empty_list(self, etaxe: psycopg.Connection[Row]) -> None:
        etaxe.execute("ALTER TABLE contribuable ALTER telephone DROP NOT NULL")
        affectation(etaxe, contribuable(etaxe, telephone=None))
        assert overdue(etaxe)[0]["telephones"] == []


class TestDerniereRelance:
    @pytest.fixture
    def qui(self, etaxe: psycopg.Connection[Row]) -> int:
        return contribuable(etaxe)

    def rappeler(
        self, etaxe: psycopg.Connection[Row], qui: int, creance: int | None, jour: int, statut: str = "envoyee"
    ) -> None:
        insert(
            etaxe,
            "relance",
            contribuable_id=qui,
            affectation_taxe_id=creance,
            type_relance="appel",
            statut=statut,
            montant_due=1,
            date_envoi=datetime(2026, 11, jour, 9, 0),  # noqa: DTZ001  (as the application stores it)
            date_planifiee=MIDI,
        )

    def test_a_week_s_reminders_by_agents_are_counted_for_the_contribuable_ours_are_not(
        self, etaxe: psycopg.Connection[Row], qui: int
    ) -> None:
        marche, taxi = affectation(etaxe, qui), affectation(etaxe, qui, "TAXI-H")
        for creance, jour in ((marche, 20), (taxi, 15), (None, 16), (marche, 14)):
            self.rappeler(etaxe, qui, creance, jour)
        self.rappeler(etaxe, qui, marche, 20, statut="echec")
        ours = "UPDATE relance SET notes = '[relances #7] ventis' WHERE affectation_taxe_id IS NULL"
        etaxe.execute(ours)
        assert {row["relances_agents"] for row in overdue(etaxe)} == {2}

    def test_a_date_to_come_is_a_slip_that_silences_nobody(self, etaxe: psycopg.Connection[Row], qui: int) -> None:
        marche = affectation(etaxe, qui)
        self.rappeler(etaxe, qui, marche, 15)
        etaxe.execute("UPDATE relance SET date_envoi = date_envoi + interval '10 years'")
        [row] = overdue(etaxe)
        assert (row["derniere_relance"], row["relances_agents"]) == (None, 0)

    def test_the_latest_sent_about_the_creance_or_about_everything(
        self, etaxe: psycopg.Connection[Row], qui: int
    ) -> None:
        marche, taxi = affectation(etaxe, qui), affectation(etaxe, qui, "TAXI-H")
        self.rappeler(etaxe, qui, marche, 10)
        self.rappeler(etaxe, qui, marche, 15)
        self.rappeler(etaxe, qui, None, 12)
        latest = {row["creance_id"]: row["derniere_relance"] for row in overdue(etaxe)}
        assert latest == {
            str(marche): datetime(2026, 11, 15, 9, tzinfo=UTC),
            str(taxi): datetime(2026, 11, 12, 9, tzinfo=UTC),
        }

    def test_what_was_never_sent_or_to_another_does_not_count(self, etaxe: psycopg.Connection[Row], qui: int) -> None:
        creance = affectation(etaxe, qui)
        self.rappeler(etaxe, qui, creance, 15, statut="echec")
        self.rappeler(etaxe, contribuable(etaxe), None, 15)
        assert [row["derniere_relance"] for row in overdue(etaxe)] == [None]

    def test_a_row_filed_under_the_wrong_contribuable_does_not_double_the_creance(
        self, etaxe: psycopg.Connection[Row], qui: int
    ) -> None:
        creance = affectation(etaxe, qui)
        self.rappeler(etaxe, qui, creance, 10)
        self.rappeler(etaxe, contribuable(etaxe), creance, 11)
        assert [row["derniere_relance"] for row in overdue(etaxe)] == [datetime(2026, 11, 11, 9, tzinfo=UTC)]

    def test_the_time_zone_of_the_session_is_indifferent(self, etaxe: psycopg.Connection[Row], qui: int) -> None:
        self.rappeler(etaxe, qui, affectation(etaxe, qui), 15)
        etaxe.execute("SET LOCAL TimeZone = 'Africa/Libreville'")
        assert overdue(etaxe)[0]["derniere_relance"] == datetime(2026, 11, 15, 9, tzinfo=UTC)


class TestBalances:
    def balances(self, etaxe: psycopg.Connection[Row], *creances: int) -> dict[str, Decimal]:
        params = {"creance_ids": [str(creance) for creance in creances], "date_relance": AUJOURD_HUI}
        rows = etaxe.execute(statement("balances.sql"), params).fetchall()
        assert len({row["creance_id"] for row in rows}) == len(rows)
        return {row["creance_id"]: row["montant_du"] for row in rows}

    def test_what_is_left_after_payments(self, etaxe: psycopg.Connection[Row]) -> None:
        entiere, partielle, payee = affectation(etaxe), affectation(etaxe), affectation(etaxe)
        collecte(etaxe, partielle, montant=5_000)
        collecte(etaxe, payee, montant=20_000)
        assert self.balances(etaxe, entiere, partielle, payee, payee) == {
            str(entiere): 15_000,
            str(partielle): 10_000,
            str(payee): 0,
        }

    def test_what_is_no_longer_due_owes_nothing_and_is_answered(self, etaxe: psycopg.Connection[Row]) -> None:
        ids = [
            affectation(etaxe, actif=False),
            affectation(etaxe, contribuable(etaxe, actif=False)),
            affectation(etaxe, retard=-2),
            affectation(etaxe, retard=10, date_fin=MIDI - timedelta(days=20)),
            2_000_000_000,
        ]
        assert self.balances(etaxe, *ids) == {str(creance): 0 for creance in ids}

    def test_it_agrees_with_overdue(self, etaxe: psycopg.Connection[Row]) -> None:
        qui = contribuable(etaxe)
        for taxe in JOURS:
            collecte(etaxe, affectation(etaxe, qui, taxe), montant=100)
        extracted = owed(etaxe)
        assert len(extracted) == len(JOURS)
        assert self.balances(etaxe, *map(int, extracted)) == extracted


class TestChanged:
    """What may be owed less of, by payments alone."""

    def changed(self, etaxe: psycopg.Connection, repere: str | None) -> tuple[list[str], str | None]:
        told = Source("collecte_taxe").changed(etaxe, repere)
        return sorted(told.creances), told.repere

    @pytest.fixture  # its rows are tuples; it ends before what others paid is taken away
    def etaxe(self, empty_etaxe: str, creances: list[int]) -> Iterator[psycopg.Connection]:  # noqa: ARG002
        with psycopg.connect(empty_etaxe) as connection:
            yield connection
            connection.rollback()

    @pytest.fixture
    def creances(self, empty_etaxe: str) -> Iterator[list[int]]:
        with psycopg.connect(empty_etaxe, row_factory=dict_row, autocommit=True) as connection:
            yield [affectation(connection) for _ in range(3)]
            connection.execute("TRUNCATE contribuable, info_collecte, relance, dossier_impaye CASCADE")

    def pay(self, url: str, creance: int, **columns: object) -> int:
        with psycopg.connect(url, row_factory=dict_row) as connection:
            collecte(connection, creance, **columns)
            [row] = connection.execute("SELECT max(id) AS id FROM info_collecte")
            return int(row["id"])

    def test_the_first_time_nothing_is_said_but_where_to_begin(
        self, empty_etaxe: str, etaxe: psycopg.Connection, creances: list[int]
    ) -> None:
        self.pay(empty_etaxe, creances[0])
        found, repere = self.changed(etaxe, None)
        assert found == []
        assert repere is not None
        assert self.changed(etaxe, repere) == ([], repere)

    def test_a_new_payment_is_told_once(self, empty_etaxe: str, etaxe: psycopg.Connection, creances: list[int]) -> None:
        _, repere = self.changed(etaxe, None)
        self.pay(empty_etaxe, creances[1])
        self.pay(empty_etaxe, creances[2], statut="failed")
        self.pay(empty_etaxe, creances[0], annule=True)
        etaxe.commit()
        found, after = self.changed(etaxe, repere)
        assert found == [str(creances[1])]
        assert self.changed(etaxe, after)[0] == []

    @pytest.mark.parametrize("known", [True, False])
    def test_a_payment_that_was_pending_is_told_once_it_is_made(
        self, empty_etaxe: str, etaxe: psycopg.Connection, creances: list[int], known: bool
    ) -> None:
        _, repere = self.changed(etaxe, None)
        etaxe.commit()
        payment = self.pay(empty_etaxe, creances[0], statut="pending")
        if known:
            repere = self.changed(etaxe, None)[1]
        found, repere = self.changed(etaxe, repere)
        assert found == []
        etaxe.execute("UPDATE info_collecte SET statut = 'completed' WHERE id = %s", [payment])
        assert self.changed(etaxe, repere)[0] == [str(creances[0])]

    def test_a_payment_committed_after_one_of_a_greater_number_is_told(
        self, empty_etaxe: str, etaxe: psycopg.Connection, creances: list[int]
    ) -> None:
        self.pay(empty_etaxe, creances[2])
        with psycopg.connect(empty_etaxe, row_factory=dict_row) as slow:
            collecte(slow, creances[0])
            self.pay(empty_etaxe, creances[1])
            _, repere = self.changed(etaxe, None)
            etaxe.commit()
            assert self.changed(etaxe, repere)[0] == []
            etaxe.commit()
        assert self.changed(etaxe, repere)[0] == [str(creances[0])]

    def test_what_payments_alone_do_not_tell_asks_for_all_balances(
        self, empty_etaxe: str, etaxe: psycopg.Connection, creances: list[int]
    ) -> None:
        payment = self.pay(empty_etaxe, creances[0])
        _, repere = self.changed(etaxe, None)
        etaxe.execute("UPDATE taxe SET montant = montant + 1")
        assert self.changed(etaxe, repere) == ([], None)
        etaxe.rollback()
        etaxe.execute("DELETE FROM info_collecte WHERE id = %s", [payment])
        assert self.changed(etaxe, repere) == ([], None)


Counts = tuple[int, int, int]


class TestWriteBack:
    @pytest.fixture
    def creance(self, etaxe: psycopg.Connection[Row]) -> int:
        return affectation(etaxe)

    def settled(self, etaxe: psycopg.Connection[Row], creance: int, **changes: object) -> Row:
        """One settled relance, as the pipeline hands it over."""
        return {
            "repere": REPERE,
            "creance_id": str(creance),
            "contribuable_id": str(owner(etaxe, creance)),
            "type_relance": "sms",
            "statut": "envoyee",
            "message": "Mairie de Libreville : 15 000 F CFA restent dus.",
            "montant_du": Decimal("15000.00"),
            "echeance": AUJOURD_HUI - timedelta(days=10),
            "date_relance": AUJOURD_HUI,
            "date_envoi": ENVOI,
            "fournisseur": "ventis",
            "reference": "3f2c",
            "code": None,
            "motif": None,
        } | changes

    def write(self, etaxe: psycopg.Connection[Row], *settled: Row) -> Counts:
        """How many rows it added and changed, and how many dossiers."""
        self.hand_over(etaxe, *settled)
        for found in etaxe.execute(statement("places.sql")).fetchall():
            etaxe.execute("UPDATE a_montrer SET ligne = %(ligne)s WHERE rang = %(rang)s", found)
        etaxe.execute(statement("prepare.sql"))
        relances, dossiers = self.copies(etaxe, "relance"), self.copies(etaxe, "dossier_impaye")
        told = self.told(etaxe, len(settled))
        assert [row["attente"] for row in told] == [None] * len(told)
        after = self.copies(etaxe, "relance")
        assert {row["ligne"] for row in told} == {str(key) for key in after.keys() - relances.keys()}
        changed = sum(after[key] != copy for key, copy in relances.items())
        return len(told), changed, len(self.copies(etaxe, "dossier_impaye").items() - dossiers.items())

    def hand_over(self, etaxe: psycopg.Connection[Row], *settled: Row) -> None:
        """What the pipeline makes known before it asks for anything."""
        etaxe.execute(query("create_to_show"))
        etaxe.execute(query("empty_to_show"))
        for rang, row in enumerate(settled, 1):
            columns = {"rang": rang, "relance_id": 123, "ligne": ""} | row
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            values = sql.SQL(", ").join(map(sql.Placeholder, columns))
            etaxe.execute(sql.SQL("INSERT INTO a_montrer ({}) VALUES ({})").format(names, values), columns)

    def told(self, etaxe: psycopg.Connection[Row], rows: int = 1) -> list[Row]:
        return etaxe.execute(statement("write_back.sql"), {"premier": 1, "dernier": rows}).fetchall()

    def copies(self, etaxe: psycopg.Connection[Row], table: str) -> dict[int, str]:
        """Where each row of a table is, which no change leaves as it was."""
        rows = etaxe.execute(sql.SQL("SELECT id, ctid::text AS ici FROM {}").format(sql.Identifier(table)))
        return {row["id"]: row["ici"] for row in rows}

    def dossier(self, etaxe: psycopg.Connection[Row], creance: int, **columns: object) -> int:
        defaults = {
            "contribuable_id": owner(etaxe, creance),
            "affectation_taxe_id": creance,
            "montant_initial": 15_000,
            "montant_restant": 15_000,
            "date_echeance": MIDI,
            "statut": "en_cours",
            "nombre_relances": 2,
        }
        return insert(etaxe, "dossier_impaye", **defaults | columns)

    def shown(self, etaxe: psycopg.Connection[Row]) -> list[Row]:
        return etaxe.execute("SELECT * FROM relance ORDER BY id").fetchall()

    def contacts(self, etaxe: psycopg.Connection[Row]) -> list[tuple[int, datetime | None]]:
        rows = etaxe.execute("SELECT nombre_relances, dernier_contact FROM dossier_impaye ORDER BY id").fetchall()
        return [(row["nombre_relances"], row["dernier_contact"]) for row in rows]

    def versions(self, etaxe: psycopg.Connection[Row]) -> list[Row]:
        """Every row with its place on disk, which any update changes."""
        relances = etaxe.execute("SELECT ctid::text, xmin::text, * FROM relance ORDER BY id").fetchall()
        return relances + etaxe.execute("SELECT ctid::text, xmin::text, * FROM dossier_impaye ORDER BY id").fetchall()

    def test_a_sent_relance_appears_as_the_application_would_write_it(
        self, etaxe: psycopg.Connection[Row], creance: int
    ) -> None:
        assert self.write(etaxe, self.settled(etaxe, creance)) == (1, 0, 0)
        (row,) = self.shown(etaxe)
        expected = {
            "affectation_taxe_id": creance,
            "type_relance": "sms",
            "statut": "envoyee",
            "message": "Mairie de Libreville : 15 000 F CFA restent dus.",
            "montant_due": 15_000,
            "date_echeance": datetime.combine(AUJOURD_HUI - timedelta(days=10), time()),
            "date_planifiee": datetime.combine(AUJOURD_HUI, time()),
            "date_envoi": ENVOI.replace(tzinfo=None),
            "canal_envoi": "ventis",
            "notes": f"[relances #{REPERE}] ventis · réf. 3f2c",
        }
        assert {name: row[name] for name in expected} == expected

    @pytest.mark.parametrize(
        ("settled", "statut", "notes"),
        [
            ({"statut": "livree"}, "envoyee", "ventis · réf. 3f2c · livrée"),
            (
                {"statut": "echec", "reference": None, "code": "1003", "motif": "Émetteur\nrefusé"},
                "echec",
                "ventis · 1003 : Émetteur refusé",
            ),
            (
                {"statut": "incertaine", "reference": None, "code": "408"},
                "echec",
                "ventis · 408, vérification en cours",
            ),
        ],
        ids=["livree", "echec", "incertaine"],
    )
    def test_our_words_become_those_of_the_application(
        self, etaxe: psycopg.Connection[Row], creance: int, settled: Row, statut: str, notes: str
    ) -> None:
        self.write(etaxe, self.settled(etaxe, creance, **settled))
        (row,) = self.shown(etaxe)
        assert (row["statut"], row["notes"]) == (statut, f"[relances #{REPERE}] {notes}")
        assert (row["date_envoi"] is None) is (statut == "echec")

    def test_an_unknown_statut_is_refused(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="en_cours"):
            self.write(etaxe, self.settled(etaxe, creance, statut="en_cours"))

    @pytest.mark.parametrize("statut", ["envoyee", "livree", "echec", "incertaine"])
    def test_a_replay_changes_nothing(self, etaxe: psycopg.Connection[Row], creance: int, statut: str) -> None:
        self.dossier(etaxe, creance)
        settled = self.settled(
            etaxe, creance, statut=statut, code="1003", motif="C:\\temp \\1", montant_du=Decimal("9.999")
        )
        self.write(etaxe, settled)
        before = self.versions(etaxe)
        etaxe.execute("SET LOCAL TimeZone = 'Africa/Libreville'")
        assert self.write(etaxe, settled) == (0, 0, 0)
        assert self.versions(etaxe) == before

    def test_the_dossier_counts_a_relance_once(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        self.dossier(etaxe, creance, statut="partiellement_paye", nombre_relances=None)
        story = [("incertaine", (1, 0, 0)), ("envoyee", (0, 1, 1)), ("livree", (0, 1, 0)), ("echec", (0, 1, 0))]
        for statut, counts in [*story, ("envoyee", (0, 1, 0))]:
            assert self.write(etaxe, self.settled(etaxe, creance, statut=statut)) == counts
        assert self.contacts(etaxe) == [(1, ENVOI.replace(tzinfo=None))]

    def test_two_relances_of_one_creance_count_two(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        self.dossier(etaxe, creance)
        later = ENVOI + timedelta(days=8)
        sent = [
            self.settled(etaxe, creance, repere="9f86d081884c-124", date_envoi=later),
            self.settled(etaxe, creance, repere="9f86d081884c-12"),
            self.settled(etaxe, creance, repere="9f86d081884c-13", statut="echec"),
        ]
        assert self.write(etaxe, *sent) == (3, 0, 1)
        assert self.contacts(etaxe) == [(4, later.replace(tzinfo=None))]

    def test_one_relance_of_two_creances_has_two_rows(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        autre = affectation(etaxe)
        self.dossier(etaxe, autre)
        both = [self.settled(etaxe, creance), self.settled(etaxe, autre)]
        assert self.write(etaxe, *both) == (2, 0, 1)
        assert self.write(etaxe, *both) == (0, 0, 0)

    def test_only_the_last_open_dossier_of_the_creance_is_touched(
        self, etaxe: psycopg.Connection[Row], creance: int
    ) -> None:
        for statut in ("en_cours", "en_cours", "paye", "archive"):
            self.dossier(etaxe, creance, statut=statut)
        self.dossier(etaxe, affectation(etaxe))
        assert self.write(etaxe, self.settled(etaxe, creance)) == (1, 0, 1)
        assert [nombre for nombre, _ in self.contacts(etaxe)] == [2, 3, 2, 2, 2]

    def test_a_later_contact_by_an_agent_is_kept(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        demain = MIDI + timedelta(days=1)
        self.dossier(etaxe, creance, dernier_contact=demain)
        self.write(etaxe, self.settled(etaxe, creance))
        assert self.contacts(etaxe) == [(3, demain)]

    def test_what_agents_wrote_in_the_notes_is_kept(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        self.write(etaxe, self.settled(etaxe, creance, statut="incertaine"))
        etaxe.execute(r"UPDATE relance SET notes = E'A rappelé.\n' || notes || E'\nPaiera lundi.'")
        self.write(etaxe, self.settled(etaxe, creance, reference="a\\1b"))
        (row,) = self.shown(etaxe)
        assert row["notes"] == f"A rappelé.\n[relances #{REPERE}] ventis · réf. a\\1b\nPaiera lundi."

    @pytest.mark.parametrize(
        "changed",
        [
            "notes = 'Réglé.'",
            "notes = NULL",
            "affectation_taxe_id = NULL",
            "notes = replace(notes, '123', '124')",
            "utilisateur_id = (SELECT min(id) FROM utilisateur)",
            "type_relance = 'appel'",
        ],
    )
    def test_a_row_that_is_ours_no_more_is_told_to_be_lost(
        self, etaxe: psycopg.Connection[Row], creance: int, changed: str
    ) -> None:
        self.write(etaxe, self.settled(etaxe, creance))
        etaxe.execute(f"UPDATE relance SET {changed}")  # noqa: S608
        before = self.shown(etaxe)
        self.hand_over(etaxe, self.settled(etaxe, creance, statut="livree", ligne=str(before[0]["id"])))
        assert self.told(etaxe) == [{"rang": 1, "ligne": None, "attente": "perdue"}]
        assert self.shown(etaxe) == before

    def test_a_row_that_was_deleted_is_told_to_be_lost(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        self.write(etaxe, self.settled(etaxe, creance))
        [gone] = etaxe.execute("DELETE FROM relance RETURNING id").fetchall()
        self.hand_over(etaxe, self.settled(etaxe, creance, statut="livree", ligne=str(gone["id"])))
        assert self.told(etaxe) == [{"rang": 1, "ligne": None, "attente": "perdue"}]
        assert self.shown(etaxe) == []

    def test_a_dossier_closed_since_it_was_looked_up_is_left_for_a_later_turn(
        self, etaxe: psycopg.Connection[Row], creance: int
    ) -> None:
        closed = self.dossier(etaxe, creance, statut="paye")
        self.hand_over(etaxe, self.settled(etaxe, creance, dossier=str(closed)))
        assert self.told(etaxe) == [{"rang": 1, "ligne": None, "attente": "tenue"}]
        assert self.shown(etaxe) == []

    def test_what_a_provider_answered_cannot_pass_for_a_mark(
        self, etaxe: psycopg.Connection[Row], creance: int
    ) -> None:
        echoed = self.settled(etaxe, creance, statut="echec", code="1003", motif="[relances #1] x")
        self.write(etaxe, echoed)
        assert self.shown(etaxe)[0]["notes"].count("[relances #") == 1

    def test_a_reminder_made_by_hand_is_left_alone(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        self.write(etaxe, self.settled(etaxe, creance))
        etaxe.execute("UPDATE relance SET notes = '[relances #99999999999999999999999]'")
        before = self.versions(etaxe)
        assert self.write(etaxe, self.settled(etaxe, creance)) == (1, 0, 0)
        assert self.versions(etaxe)[0] == before[0]

    def test_annulee_is_written_over_our_row_only(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        cancelled = self.settled(
            etaxe, creance, statut="annulee", reference=None, code="payee", motif="payée entre-temps"
        )
        assert self.write(etaxe, cancelled) == (0, 0, 0)
        self.write(etaxe, self.settled(etaxe, creance, statut="echec"))
        assert self.write(etaxe, cancelled) == (0, 1, 0)
        (row,) = self.shown(etaxe)
        assert (row["statut"], row["notes"]) == ("annulee", f"[relances #{REPERE}] ventis · payee : payée entre-temps")

    def test_a_creance_the_application_has_erased_is_passed_over(
        self, etaxe: psycopg.Connection[Row], creance: int
    ) -> None:
        gone = self.settled(etaxe, creance, creance_id="2000000000")
        assert self.write(etaxe, gone, self.settled(etaxe, creance)) == (1, 0, 0)

    def test_a_sending_time_is_never_missing(self, etaxe: psycopg.Connection[Row], creance: int) -> None:
        undated = self.settled(etaxe, creance, date_envoi=None)
        self.write(etaxe, undated)
        assert self.shown(etaxe)[0]["date_envoi"] == datetime.combine(AUJOURD_HUI, time())
        assert self.write(etaxe, undated) == (0, 0, 0)

    def test_whatsapp_is_an_sms_where_the_installation_has_no_word_for_it(
        self, etaxe: psycopg.Connection[Row], creance: int
    ) -> None:
        self.write(etaxe, self.settled(etaxe, creance, type_relance="whatsapp"))
        assert self.shown(etaxe)[0]["type_relance"] == "sms"

    def test_whatsapp_is_whatsapp_where_it_has_one(self, new_database: Callable[[str], str]) -> None:
        url = new_database("etaxe_whatsapp")
        create_base_fictive(url, contribuables=1, date_reference=AUJOURD_HUI)
        with psycopg.connect(url, row_factory=dict_row, autocommit=True) as etaxe:
            etaxe.execute("TRUNCATE relance")
            etaxe.execute("ALTER TYPE type_relance_enum ADD VALUE 'whatsapp'")
            self.write(etaxe, self.settled(etaxe, affectation(etaxe), type_relance="whatsapp"))
            assert self.shown(etaxe)[0]["type_relance"] == "whatsapp"

    def test_under_the_lock_two_at_once_write_one_row(self, new_database: Callable[[str], str]) -> None:
        url = new_database("etaxe_double")
        create_base_fictive(url, contribuables=1, date_reference=AUJOURD_HUI)
        with psycopg.connect(url, row_factory=dict_row) as etaxe:
            settled = self.settled(etaxe, affectation(etaxe))

        def write_locked(_: int) -> Counts:
            with psycopg.connect(url, row_factory=dict_row) as etaxe:
                etaxe.execute("SELECT pg_advisory_xact_lock(7)")
                return self.write(etaxe, settled)

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(write_locked, range(4))) == [(0, 0, 0)] * 3 + [(1, 0, 0)]
