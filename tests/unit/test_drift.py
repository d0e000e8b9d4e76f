"""What is said in two places is the same in both: SQL and Python, codes and their meanings."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import relances
import relances_providers
from relances.policy.gabarits import DEFAULT_FOLDER
from relances.policy.politique import load_policy
from relances.rules.causes import CAUSES
from relances.rules.codes import Cause, Exclu, Refus
from relances.rules.exclusions import DE_LA_SOURCE, RAISONS
from relances.rules.gabarits import DEFAULT_LANGUE
from relances.rules.models import Canal, Statut
from relances.rules.outcomes import Constat, Issue
from relances.services.fournisseurs import explications
from relances.store.sources import CONTRACT, OPTIONAL
from relances_providers import provider_info as providers
from relances_providers.error_table import Table
from relances_providers.errors import TOO_LATE, Misconfigured
from tests.jour import here

PRODUCT = Path(relances.__path__[0])
PROVIDERS = Path(relances_providers.__path__[0])
QUERIES = "\n".join(path.read_text() for path in sorted((PRODUCT / "store/queries").glob("*.sql")))
SCHEMA = "\n".join(path.read_text() for path in sorted((PRODUCT / "store/migrations/versions").glob("*.sql")))
SOURCES = [path.name for path in (PRODUCT / "store/sources").iterdir()]


def code_of(folder: Path) -> Iterator[ast.AST]:
    for path in sorted(folder.rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text()))


def words_of(check: str) -> set[str]:
    """The words a column may hold, of a CHECK (… IN (…)) found by what comes before its parenthesis."""
    found = re.search(rf"{check} IN\s*\(([^)]*)\)", SCHEMA)
    assert found
    return set(re.findall(r"'(\w+)'", found[1]))


# --- queries ---


def test_every_named_query_is_used_and_every_query_used_exists() -> None:
    named = re.findall(r"^-- name: (\S+)$", QUERIES, re.MULTILINE)
    said, used = set[object](), set[object]()
    for node in code_of(PRODUCT):
        match node:
            case ast.Constant(value=value):
                said.add(value)
            case ast.Call(func=ast.Name(id="query"), args=[ast.Constant(value=value)]):
                used.add(value)
    assert len(named) == len(set(named))
    assert used <= set(named)
    assert set(named) <= said  # some are chosen from a table of names


@pytest.mark.parametrize("source", SOURCES)
def test_every_tax_system_has_its_statements(source: str) -> None:
    folder = files("relances.store").joinpath("sources", source)
    assert {path.name for path in folder.iterdir()} - OPTIONAL - {"droits.sql"} == {
        "overdue.sql",
        "categories.sql",
        "balances.sql",
        "freshness.sql",
        "write_back.sql",
    }


def test_the_policy_names_a_tax_system_there_is() -> None:
    assert load_policy().source in SOURCES


def test_the_columns_copied_are_those_of_the_contract() -> None:
    copied = re.search(r"COPY relances\.creance_extraite \(([^)]*)\)", QUERIES)
    assert copied
    assert tuple(re.findall(r"\w+", copied[1])) == CONTRACT


# --- words of the schema ---


def test_the_states_of_a_relance_are_the_schema_s() -> None:
    assert words_of("statut\\s+text NOT NULL DEFAULT 'en_attente' CHECK \\(statut") == {s.value for s in Statut}


def test_the_channels_are_the_schema_s() -> None:
    assert words_of("canal") == {canal.value for canal in Canal}


def test_what_is_said_afterwards_is_the_journal_s() -> None:
    assert words_of("constat") == {constat.value for constat in Constat}


def test_the_flags_of_a_number_are_the_schema_s() -> None:
    assert words_of("etat") == {Refus.INJOIGNABLE.value, Refus.OPPOSITION.value}


def test_the_outcomes_of_a_call_are_the_journal_s() -> None:
    assert words_of("issue") == {issue.value for issue in Issue}


def test_the_states_that_sql_writes_exist() -> None:
    written = set(re.findall(r"statut = '(\w+)'", QUERIES))
    assert written <= {statut.value for statut in Statut}


# --- codes and their meanings ---


def attributes_of_file(name: str, enum: str) -> set[str]:
    """The members of an enum that a module names."""
    tree = ast.parse((PRODUCT / name).read_text())
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == enum}


def exclusions_in_sql() -> set[str]:
    """Every code that SQL gives an exclusion; a tax system may have its own beside them."""
    queries = (PRODUCT / "store/queries" / name for name in ("preparation.sql", "restauration.sql"))
    preparation = "".join(path.read_text() for path in queries)
    found = re.findall(r"(?:THEN|'(?:validation|creation)',) '(\w+)'(?:\n| END\b| FROM\b)", preparation + SCHEMA)
    beside = {"exclue", "annulee", "simulation", "non_traitee", "a_relancer"}  # places and states
    return set(found) - beside - {"ancien_plan", "sans_nouvelle"}  # of relances


def test_every_reason_not_to_remind_has_its_meaning_and_its_cure() -> None:
    assert RAISONS.keys() == {*Exclu, *Refus}


def test_the_reasons_that_sql_gives_are_reasons_there_are() -> None:
    assert {"montant_nul", "montant_demesure", "doublon", "hors_limite", "plafond", "budget"} <= exclusions_in_sql()
    assert exclusions_in_sql() <= {*Exclu, *Refus}


def test_every_reason_is_given_by_the_rules_by_sql_or_by_a_tax_system() -> None:
    by_the_rules = {code for code in Exclu if code.name in attributes_of_file("rules/selection.py", "Exclu")}
    assert {*Exclu} - by_the_rules - exclusions_in_sql() == DE_LA_SOURCE - exclusions_in_sql()


def test_every_code_that_a_fournisseur_can_leave_on_a_relance_has_its_meaning_and_its_cure() -> None:
    modules = pkgutil.walk_packages([str(PROVIDERS)], "relances_providers.")
    tables: list[Table] = [
        module.TABLE for _, name, _ in modules if hasattr(module := importlib.import_module(name), "TABLE")
    ]
    codes = {row.code for table in tables for row in table.values() if not issubclass(row.kind, Misconfigured)}
    explained = {code for provider in providers.PROVIDERS for name in provider.error_tables for code in table_of(name)}
    assert {"408", "429", "injoignable"} <= codes
    assert codes <= CAUSES.keys() | explained


def test_what_a_fournisseur_s_codes_mean_is_said_whole() -> None:
    told = explications(here())
    assert {fournisseur for fournisseur, _ in told} == {provider.name for provider in providers.PROVIDERS}
    assert [key for key, raison in told.items() if "{" in raison.libelle + raison.que_faire] == []


def test_the_other_channel_that_may_be_tried_is_said_once() -> None:
    names = {"sms": "SMS", "whatsapp": "WhatsApp"}
    other = {
        (provider.name, row.code): names[row.other_channel]
        for provider in providers.PROVIDERS
        for name in provider.error_tables
        for row in table_of(name).values()
        if row.other_channel is not None
    }
    told = explications(here())
    assert set(other.values()) == set(names.values())
    assert [key for key, channel in other.items() if told[key].que_faire.count(channel) != 1] == []
    assert told["zoom", "failed_to_deliver"].que_faire.endswith(" ; ou relancer par WhatsApp")


def test_every_cause_of_ours_has_its_meaning_and_its_cure() -> None:
    assert CAUSES.keys() == {*Cause}


def test_no_code_of_ours_is_written_beside_its_enum() -> None:
    beside = {
        node.args[0].value
        for node in code_of(PRODUCT)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"refused", "put_off", "unknown", "kept_back", "Exclusion"}
        and isinstance(node.args[0], ast.Constant)
    }
    assert beside == set()


def test_a_call_begun_too_late_has_the_code_that_its_cause_explains() -> None:
    assert Cause(TOO_LATE) is Cause.TROP_TARD


def test_no_error_of_a_fournisseur_has_a_code_beside_the_tables() -> None:
    beside = {
        node.func.id
        for node in code_of(PROVIDERS)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"TryLater", "Rejected", "OutcomeUnknown"}
        and any(keyword.arg == "code" and isinstance(keyword.value, ast.Constant) for keyword in node.keywords)
    }
    assert beside == set()


def table_of(name: str) -> Table:
    table: Table = pkgutil.resolve_name(name)
    return table


def test_every_code_that_sql_gives_a_relance_has_its_meaning_and_its_cure() -> None:
    codes = set(re.findall(r"\bcode = '(\w+)'", QUERIES)) | set(re.findall(r"THEN '(simulation)' END", QUERIES))
    beside = {"liste", "simulation", "ancien_plan"}  # of numbers, and of no trouble
    assert {"408", "bail_expire", "expiree", "remplacee", "simulation"} <= codes
    assert codes - beside <= {*Cause}


def test_the_fournisseurs_of_the_policy_serve_their_canal() -> None:
    politique = load_policy()
    served = {(provider.channel, provider.name) for provider in providers.PROVIDERS}
    assert {(canal, name) for canal in Canal for name in politique.envoi.fournisseurs(canal)} <= served


@pytest.mark.parametrize("canal", Canal)
def test_every_level_has_its_template(canal: Canal) -> None:
    levels = {niveau.gabarit for niveau in load_policy().niveaux}
    templates = {
        path.name.split(".")[0]: path.name for path in (DEFAULT_FOLDER / canal).glob(f"*.{DEFAULT_LANGUE}.txt")
    }
    assert levels == templates.keys()
