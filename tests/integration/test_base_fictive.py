"""The made-up tax database: the same for the same seed, dirty in the proportions it states, safe to pour."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import Any

import phonenumbers
import psycopg
import pytest
from psycopg import sql

from demo import DatabaseNotEmptyError, create_base_fictive
from demo.__main__ import main
from demo.hasard import Hasard
from demo.proportions import PROPORTIONS, Numero, Situation
from demo.telephones import NUMEROS_MAGIQUES, Annuaire

AUJOURD_HUI = date(2026, 11, 21)
TABLES = ("contribuable", "affectation_taxe", "info_collecte", "relance", "dossier_impaye", "taxe", "quartier")

NewDatabase = Callable[[str], str]


def fill(url: str, contribuables: int = 2_000, graine: int = 1, date_reference: date = AUJOURD_HUI) -> str:
    create_base_fictive(url, contribuables=contribuables, graine=graine, date_reference=date_reference)
    return url


def digest(url: str) -> str:
    """Every byte of every table."""
    content = sha256()
    with psycopg.connect(url) as connection:
        for table in TABLES:
            query = sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT").format(sql.Identifier(table))
            with connection.cursor().copy(query) as copy:
                for part in copy:
                    content.update(part)
    return content.hexdigest()


def ask(url: str, query: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        return connection.execute(query, params).fetchall()


@pytest.fixture(scope="module")
def etaxe(new_database: NewDatabase) -> str:
    return fill(new_database("base_fictive"))


@pytest.fixture(scope="module")
def overdue(etaxe: str) -> list[tuple[Any, ...]]:
    query = files("relances.store").joinpath("sources/collecte_taxe/overdue.sql").read_text()
    return ask(etaxe, query, {"date_relance": AUJOURD_HUI, "jours_retard_min": 7, "categories": None})


@pytest.fixture(scope="module")
def numbers() -> list[str]:
    annuaire = Annuaire(Hasard(1))
    return [annuaire.telephone() for _ in range(60_000)]


class TestPouring:
    def test_the_same_seed_gives_the_same_bytes(self, etaxe: str, new_database: NewDatabase) -> None:
        assert digest(fill(new_database("base_fictive"))) == digest(etaxe)

    @pytest.mark.parametrize(
        "other", [{"graine": 2}, {"date_reference": AUJOURD_HUI + timedelta(days=1)}, {"contribuables": 1_999}], ids=str
    )
    def test_another_seed_day_or_size_gives_others(
        self, etaxe: str, new_database: NewDatabase, other: dict[str, Any]
    ) -> None:
        assert digest(fill(new_database("base_fictive"), **other)) != digest(etaxe)

    def test_an_occupied_database_is_refused_and_left_alone(self, etaxe: str) -> None:
        before = digest(etaxe)
        with pytest.raises(
            DatabaseNotEmptyError, match=r"contient déjà une table contribuable : donnez l'URL d'une base vide"
        ):
            fill(etaxe)
        assert digest(etaxe) == before

    def test_a_failure_leaves_nothing(self, new_database: NewDatabase) -> None:
        url = new_database("base_fictive")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE dossier_impaye ()")
        with pytest.raises(psycopg.errors.DuplicateTable):
            fill(url)
        assert ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("dossier_impaye",)]

    @pytest.mark.parametrize("contribuables", [0, 2_500_001])
    def test_the_size_has_bounds(self, new_database: NewDatabase, contribuables: int) -> None:
        with pytest.raises(ValueError, match="hors limites"):
            fill(new_database("base_fictive"), contribuables=contribuables)

    def test_new_rows_follow_the_last_one(self, etaxe: str) -> None:
        assert ask(etaxe, "SELECT nextval(pg_get_serial_sequence('contribuable', 'id'))") == [(2_001,)]

    def test_the_command_line(self, new_database: NewDatabase, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["--url", new_database("base_fictive"), "--contribuables", "120", "--date", "2026-11-21"]
        assert main(words) == 0
        assert "120 contribuables au 21/11/2026" in capsys.readouterr().out
        assert main(words) == 1
        assert "contient déjà une table contribuable" in capsys.readouterr().err

    def test_an_unreachable_server_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--url", "postgresql://localhost:1/etaxe", "--date", "2026-11-21"]) == 1
        assert "Base de --url injoignable : aucun PostgreSQL n'y répond" in capsys.readouterr().err


class TestContent:
    def test_most_contribuables_are_overdue_some_of_them_twice(self, overdue: list[tuple[Any, ...]]) -> None:
        assert 0.55 < len({row[1] for row in overdue}) / 2_000 < 0.65
        assert 1.0 < len(overdue) / 2_000 < 1.3

    @pytest.mark.parametrize(
        ("part", "expected"),
        [
            ("SELECT avg((NOT actif)::int) FROM contribuable", PROPORTIONS.contribuable_inactif),
            ("SELECT avg((prenom IS NULL)::int) FROM contribuable", PROPORTIONS.entreprise),
            ("SELECT avg((email IS NOT NULL)::int) FROM contribuable", PROPORTIONS.email),
            (
                "SELECT avg((numero_identification IS NULL)::int) FROM contribuable",
                PROPORTIONS.sans_identification,
            ),
            (
                "SELECT avg((nom <> trim(nom))::int) FROM contribuable",
                PROPORTIONS.nom_neglige * (1 - PROPORTIONS.entreprise),
            ),
            (
                "SELECT avg((affectation_taxe_id IS NULL)::int) FROM relance",
                PROPORTIONS.relance_generale,
            ),
            ("SELECT avg((date_envoi IS NULL)::int) FROM relance", PROPORTIONS.relance_sans_suite),
        ],
    )
    def test_shares_are_the_stated_ones(self, etaxe: str, part: str, expected: float) -> None:
        assert float(ask(etaxe, part)[0][0]) == pytest.approx(expected, abs=0.02 + expected / 5)

    def test_situations_are_the_stated_ones(self, etaxe: str) -> None:
        """Counted from the rows alone, each as the tax office would see it."""
        debiteur, a_jour = PROPORTIONS.situation_debiteur, PROPORTIONS.situation_a_jour
        counts = {
            Situation.DESACTIVEE: "NOT a.actif",
            Situation.GRATUITE: "a.montant_custom = 0",
            Situation.COLLECTE_ANNULEE: "c.annule",
            Situation.COLLECTE_ECHOUEE: "c.statut IN ('pending', 'failed', 'cancelled')",
            Situation.CLOSE_AVANT: "a.date_fin < a.date_debut + p.jours * interval '1 day'",
            Situation.CLOSE_APRES: "a.date_fin >= a.date_debut + p.jours * interval '1 day'",
            Situation.A_ECHOIR: "a.date_debut::date + p.jours > %(jour)s",
            Situation.RECENTE: "a.date_debut::date + p.jours BETWEEN %(jour)s::date - 6 AND %(jour)s::date - 1",
        }
        for situation, condition in counts.items():
            query = f"""
                SELECT count(DISTINCT a.id)::float / (SELECT count(*) FROM affectation_taxe)
                FROM affectation_taxe a
                JOIN taxe t ON t.id = a.taxe_id
                JOIN (VALUES ('journaliere', 1), ('hebdomadaire', 7), ('mensuelle', 30), ('trimestrielle', 90))
                    p (nom, jours) ON p.nom = t.periodicite::text
                LEFT JOIN info_collecte c ON c.contribuable_id = a.contribuable_id AND c.taxe_id = a.taxe_id
                WHERE {condition}"""  # noqa: S608  (the conditions are those above)
            expected = PROPORTIONS.debiteur * debiteur.get(situation, 0) + (1 - PROPORTIONS.debiteur) * a_jour.get(
                situation, 0
            )
            assert ask(etaxe, query, {"jour": AUJOURD_HUI})[0][0] == pytest.approx(expected, rel=0.3), situation

    def test_shares_of_each_mapping_add_up(self) -> None:
        mappings = (
            PROPORTIONS.numero,
            PROPORTIONS.affectations,
            PROPORTIONS.situation_debiteur,
            PROPORTIONS.situation_a_jour,
        )
        assert [sum(mapping.values()) for mapping in mappings] == [pytest.approx(1)] * 4

    def test_taxes_have_every_period_and_one_is_abolished(self, etaxe: str) -> None:
        periodes = dict(ask(etaxe, "SELECT periodicite::text, count(*) FROM taxe WHERE actif GROUP BY 1"))
        assert periodes.keys() == {"journaliere", "hebdomadaire", "mensuelle", "trimestrielle"}
        query = "SELECT count(*) FROM affectation_taxe JOIN taxe ON taxe.id = taxe_id WHERE NOT taxe.actif"
        assert ask(etaxe, query)[0][0] > 10

    def test_agents_reminded_some_within_the_week(self, etaxe: str, overdue: list[tuple[Any, ...]]) -> None:
        ages = [(AUJOURD_HUI - row[12].date()).days for row in overdue if row[12]]
        assert min(ages) >= 0
        recent = sum(age < 7 for age in ages)
        assert recent / len(overdue) == pytest.approx(PROPORTIONS.relance_recente, rel=0.4)
        assert len(ages) > 2 * recent
        types = ask(etaxe, "SELECT DISTINCT type_relance::text FROM relance ORDER BY 1")
        assert types == [("appel",), ("sms",)]

    def test_a_part_of_what_is_overdue_has_an_open_file_that_adds_up(
        self, etaxe: str, overdue: list[tuple[Any, ...]]
    ) -> None:
        query = (
            "SELECT affectation_taxe_id::text, montant_restant FROM dossier_impaye"
            " WHERE statut IN ('en_cours', 'partiellement_paye')"
        )
        owed = {row[0]: row[8] for row in overdue}
        files_of_overdue = [(creance, reste) for creance, reste in ask(etaxe, query) if creance in owed]
        assert len(files_of_overdue) / len(overdue) == pytest.approx(PROPORTIONS.dossier, abs=0.05)
        assert all(owed[creance] == reste for creance, reste in files_of_overdue)
        assert ask(etaxe, "SELECT count(*) > 20 FROM dossier_impaye WHERE statut IN ('paye', 'archive')") == [(True,)]

    def test_whatsapp_is_not_among_the_types_of_reminder(self, etaxe: str) -> None:
        assert ask(etaxe, "SELECT enum_range(NULL::type_relance_enum)::text[]") == [
            (["sms", "email", "appel", "courrier", "visite"],)
        ]


class TestTelephones:
    def test_they_fit_the_column_and_are_unique(self, numbers: list[str]) -> None:
        assert max(map(len, numbers)) <= 20
        assert len(set(numbers)) == len(numbers)

    def test_kinds_have_the_stated_shares(self, numbers: list[str]) -> None:
        counts = Counter(map(kind, numbers))
        mobiles = sum(
            PROPORTIONS.numero[numero] for numero in (Numero.PROPRE, Numero.ESPACE, Numero.ANCIEN, Numero.PARTAGE)
        )
        expected = {
            "mobile": mobiles,
            "autre": PROPORTIONS.numero[Numero.ABSENT] + PROPORTIONS.numero[Numero.ILLISIBLE],
        }
        expected |= {
            numero.value: PROPORTIONS.numero[numero] for numero in (Numero.GUIDE, Numero.FIXE, Numero.ETRANGER)
        }
        assert {name: count / len(numbers) for name, count in counts.items()} == pytest.approx(expected, rel=0.1)

    def test_some_contribuables_share_a_number(self, numbers: list[str]) -> None:
        holders = Counter(national(number) for number in numbers if kind(number) == "mobile")
        shared = sum(count - 1 for count in holders.values())
        assert shared / len(numbers) == pytest.approx(PROPORTIONS.numero[Numero.PARTAGE], rel=0.1)
        assert max(holders.values()) > 2

    def test_placeholders_and_junk_are_there(self, numbers: list[str]) -> None:
        assert {"0", "-", "NEANT 18"} <= set(numbers)
        assert any(number.endswith("(fils)") for number in numbers)

    def test_magic_numbers_are_kept_for_the_simulators(self, numbers: list[str]) -> None:
        assert not {national(number) for number in numbers} & {f"66000{rest:03d}" for rest in range(1_000)}

    def test_each_magic_number_has_one_plain_debtor(self, etaxe: str, overdue: list[tuple[Any, ...]]) -> None:
        owed = {row[4][0]: (row[8], row[11], row[12]) for row in overdue if row[4][0] in NUMEROS_MAGIQUES}
        assert owed == dict.fromkeys(NUMEROS_MAGIQUES, (15_000, 30, None))
        query = """
            SELECT telephone FROM affectation_taxe JOIN contribuable ON contribuable.id = contribuable_id
            WHERE telephone LIKE '066000___' ORDER BY telephone"""
        assert ask(etaxe, query) == [(temoin,) for temoin in NUMEROS_MAGIQUES]

    @pytest.mark.parametrize(("contribuables", "temoins"), [(99, 0), (100, 5)])
    def test_magic_numbers_need_a_hundred_contribuables(
        self, new_database: NewDatabase, contribuables: int, temoins: int
    ) -> None:
        url = fill(new_database("base_fictive"), contribuables=contribuables)
        query = "SELECT count(*) FROM contribuable WHERE telephone LIKE '066000___'"
        assert ask(url, query) == [(temoins,)]


def national(number: str) -> str:
    """Eight digits for what is certainly one Gabonese mobile number, old numbers renewed; else an empty text."""
    if not re.fullmatch(r"[+\d ./-]+", number):
        return ""
    digits = re.sub(r"^(?:00)?241(?=0?[67]\d{7}$)", "", re.sub(r"\D", "", number))
    if old := re.fullmatch(r"0([24567])(\d{6})", digits):
        return {"2": "62", "4": "74", "5": "65", "6": "66", "7": "77"}[old[1]] + old[2]
    digits = digits.removeprefix("0")
    return digits if re.fullmatch(r"(62|65|66|74|77)\d{6}", digits) else ""


def kind(number: str) -> str:
    """What ``phonenumbers`` and the guides make of it."""
    if (mobile := national(number)) and phonenumbers.is_valid_number(phonenumbers.parse(mobile, "GA")):
        return "mobile"
    if re.fullmatch(r"(\+?241)?0(62|65|66|74|77)\d{7}", number):
        return Numero.GUIDE
    if re.fullmatch(r"(\+241|0)?117\d{5}|017\d{5}", number):
        return Numero.FIXE
    if number.startswith("+") and phonenumbers.is_valid_number(phonenumbers.parse(number)):
        return Numero.ETRANGER
    return "autre"
