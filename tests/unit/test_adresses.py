"""Addresses that people type: they read in one way, or are refused in a sentence that shows no part of them."""

import sys
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from demo.__main__ import main as base_fictive
from relances.local.broker import find_broker
from relances.local.connections import database_connection, read_database_url
from relances.local.console import Console
from relances.local.dags_connections import exported
from relances.local.env_file import EnvFile
from relances.local.errors import LocalError
from relances.local.guide import read_guide
from relances.local.installer import install
from relances.local.provider_variables import PROVIDER_CONNECTIONS, address, provider_connections
from relances.local.settings import given_variables, read_settings
from relances.local.surroundings import migrate_given, real_connections
from relances.orchestration.connections import adresse
from relances.rules.adresse import POSTGRES, REDIS, WEB, Faute, fault_of
from relances.rules.errors import Blocked, PipelineError
from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured
from relances_providers.http.addresses import is_web_address

# Letters that no sentence of ours has four of in a row, and all that ends a password before its end.
PASSWORDS = st.text("XQZ7@#/?%:[]&=+ \\'\"é\tœ", min_size=4)
NOT_ESCAPED = ["mon@mot", "mon#mot", "mon/mot", "mon?mot", "mon%mot", "mon mot", "mon@mot#passe", "mon%zzmot", "m\tot"]


def pieces(secret: str) -> set[str]:
    """What must not be shown of it; our sentences list signs, as many passwords do."""
    found = {secret[i : i + 4] for i in range(len(secret) - 3)}
    return {piece for piece in found if any(character.isalnum() for character in piece)}


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)) + str(error.__cause__ or error.__context__ or "")


def refusal_of(read: Callable[[str], object], url: str) -> str | None:
    """What is said where the address is refused, its traceback's other errors included; None where it is read."""
    try:
        read(url)
    except (LocalError, PipelineError, Misconfigured) as error:
        return shown(error)
    return None


# --- what reads in one way only ---


@pytest.mark.parametrize("password", NOT_ESCAPED)
@pytest.mark.parametrize(
    ("schemes", "form"),
    [
        (POSTGRES, "postgresql://u:{}@h.example/b"),
        (POSTGRES, "postgres://u:{}@h.example:5432/b?sslmode=require"),
        (REDIS, "redis://:{}@h.example:6379/0"),
        (WEB, "https://u:{}@h.example/x"),
    ],
)
def test_a_password_that_is_not_escaped_is_named_as_the_cause(
    password: str, schemes: frozenset[str], form: str
) -> None:
    assert fault_of(form.format(password), schemes) is Faute.MOT_DE_PASSE
    assert fault_of(form.format(quote(password, safe="")), schemes) is None


@pytest.mark.parametrize(
    ("schemes", "url"),
    [
        (POSTGRES, "postgresql://agent:m%40t@bd.example:6543/collecte?sslmode=require&application_name=relances"),
        (POSTGRES, "postgresql://agent:à:b@bd_1.example/collecte"),
        (POSTGRES, "postgresql://agent@[2001:db8::1]:5432/collecte"),
        (POSTGRES, "postgresql://postgres@/relances?host=%2Frun%2Fpg&port=5432"),
        (POSTGRES, "postgresql://agent@%2Frun%2Fpg/relances"),
        (REDIS, "redis://localhost"),
        (REDIS, "rediss://:mot@h.example:6379/0"),
        (REDIS, "unix:///run/redis.sock?db=1"),
        (WEB, "https://hooks.slack.com/services/T00/B00/x-y_z"),
        (WEB, "https://outlook.office.com/webhook/a1@b2/IncomingWebhook/c3"),
        (WEB, "http://127.0.0.1:8080"),
    ],
)
def test_an_address_that_reads_in_one_way_is_taken(schemes: frozenset[str], url: str) -> None:
    assert fault_of(url, schemes) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgresql://",
        "postgresql://u:p@h",
        "postgresql://u:p@/b",
        "postgresql://u:p@h/",
        "postgresql://u:p@h:0/b",
        "postgresql://u:p@h:70000/b",
        "postgresql://u:p@h:port/b",
        "postgresql://u:p@[::1/b",
        "postgresql://u:p@h]/b",
        "postgresql:/u:p@h/b",
        "postgresql+psycopg://u:p@h/b",
        "http://u:p@h/b",
        "postgresql://h ote/b",
        "host=h dbname=b",
    ],
)
def test_an_address_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(LocalError, match=r"^ETAXE_URL n'est pas une URL PostgreSQL ; écrivez postgresql://"):
        read_database_url("ETAXE_URL", url)


# --- whoever reads it ---


def of_airflow(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    def read(url: str) -> str:
        monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", url)
        return adresse("etaxe_db").called(None)

    return read


def of_installer(url: str) -> None:
    metadata = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url.replace("postgresql:", "postgresql+psycopg:", 1)}
    install(read_settings({}), metadata, Console())


READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "ETAXE_URL": ("postgresql://u:{}@h.example/b", lambda url: real_connections({"ETAXE_URL": url})),
    "RELANCES_URL": ("postgresql://u:{}@h.example/b", migrate_given),
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": ("postgresql://u:{}@h.example/b", of_installer),
    "RELANCES_BROKER_URL": (
        "redis://:{}@127.0.0.1:1/0",
        lambda url: find_broker(read_settings({"EXECUTOR": "celery", "RELANCES_BROKER_URL": url})),
    ),
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN, lue par les commandes": (
        "postgresql+psycopg2://u:{}@h.example/b",
        lambda url: exported({"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url}),
    ),
    "ALERTES_URL": ("https://u:{}@h.example/x", lambda url: real_connections({"ALERTES_URL": url})),
    "VENTIS_MESSAGING_URL": (
        "https://u:{}@h.example/x",
        lambda url: provider_connections({"VENTIS_MESSAGING_URL": url}),
    ),
}


@pytest.mark.parametrize("variable", READERS)
@pytest.mark.parametrize("password", NOT_ESCAPED)
def test_the_refusal_names_the_variable_and_the_cure_and_shows_no_part_of_the_address(
    variable: str, password: str
) -> None:
    form, read = READERS[variable]

    said = refusal_of(read, form.format(password))

    assert said is not None
    assert variable.partition(",")[0] in said
    assert "%40, %23" in said
    assert "mot" not in said.replace("mot de passe", "")
    assert "example" not in said


def test_the_line_of_a_guide_is_refused_in_the_same_words(tmp_path: pytest.TempPathFactory) -> None:
    file = tmp_path / "guide"  # type: ignore[operator]
    file.write_text("DATABASE_URL=postgresql+psycopg2://u:mon@mot#passe@h/b\n", encoding="utf-8")

    with pytest.raises(LocalError, match=r"^DATABASE_URL est illisible, et n'est pas montrée") as refusal:
        read_guide(file)
    assert "passe@h" not in str(refusal.value)


@pytest.mark.parametrize(
    "words", [["--url", "postgresql://u:mon@mot#cle@h/b"], ["--url", "postgresql://u:mon", "mot@h/b"]]
)
def test_the_invented_database_shows_no_part_of_an_address_either(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(base_fictive([*words, "--date", "2026-11-21"]))

    assert ended.value.code == 2
    [said] = capsys.readouterr().err.splitlines()
    assert "mot@" not in said
    assert "mon" not in said.replace("montrée", "")


@pytest.mark.parametrize("variable", ["ETAXE_URL", "KEYCLOAK_MESSAGING_PASSWORD", "RELANCES_ETAT"])
def test_a_variable_that_is_no_text_is_named(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "mot\udce9passe")

    with pytest.raises(LocalError, match=f"^{variable} n'est pas du texte en UTF-8"):
        given_variables(EnvFile({}, []))


# --- a connection of Airflow's ---


@pytest.mark.parametrize(
    "value",
    [
        "postgres://u:mon@mot#passe@h/b",
        "postgres://u:mon@mot/passe@h/b",
        "postgres://u:mon@mot?passe@h/b",
        "postgres://u:mon/passe@h/b",
        "postgres://u:12/passe@h/b",
        "postgres://u:m[passe@h/b",
        '{"conn_type": "postgres", "host": "mot#passe@h", "schema": "b"}',
        '{"conn_type": "postgres", "host": "mot passe", "schema": "b"}',
        '{"conn_type": "postgres", "host": "mot%40passe", "schema": "b"}',
        '{"conn_type": "postgres", "host": "mot/passe", "schema": "b"}',
        '{"conn_type": "postgres", "host": "h", "schema": "passe@h/b"}',
        '{"conn_type": "postgres", "host": "h", "schema": "b", "password": "passe\\udce9"}',
        '{"conn_type": "postgres", "host": "h", "schema": "b", "port": "passe"}',
        '{"conn_type": "postgres", "host": "h", "schema": "b", "extra": "[\\"passe\\"]"}',
        '{"passe',
    ],
)
def test_the_pieces_of_an_address_that_airflow_cut_wrongly_are_not_taken_for_a_server(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refusal_of(of_airflow(monkeypatch), value)

    assert said is not None
    assert "etaxe_db" in said.lower()
    assert "passe" not in said.replace("mot de passe", "")
    assert "mot" not in said.replace("mot de passe", "")


@pytest.mark.parametrize("host", ["bd", "bd_1.example", "10.0.0.1", "::1", "/run/pg", "bd1,bd2"])
def test_a_server_is_a_name_an_address_several_of_them_or_a_folder(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", f'{{"conn_type": "postgres", "host": "{host}", "schema": "b"}}')

    assert conninfo_to_dict(adresse("etaxe_db").called(None))["host"] == host


def test_a_connection_that_nobody_made_is_still_to_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ETAXE_DB", raising=False)

    with pytest.raises(Blocked, match="la connexion etaxe_db n'existe pas"):
        adresse("etaxe_db").called(None)


@pytest.mark.parametrize("url", ["https://u:cle@h.example", "https://mon#cle@h.example", "https://mot#cle"])
def test_a_provider_s_address_shows_no_credentials(url: str) -> None:
    with pytest.raises(Misconfigured, match="sans identifiant ni mot de passe") as refusal:
        ConnectionFields("ventis_default", {"host": url}).url("host")
    assert "cle" not in str(refusal.value)


TEAMS = "https://impots.webhook.office.com/webhookb2/8f1c@2b6e/IncomingWebhook/c0de/9a7b"


@pytest.mark.parametrize("url", [TEAMS, f"{TEAMS}/V2?a=b@c", "http://127.0.0.1:8080/webhookb2/a@b"])
def test_an_at_sign_beyond_the_server_is_no_credential(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    ["https://u:mot@h.example/a", "https://@h.example/a@b", "https://u@h.example/a@b", "https://u:12/mot@h.example"],
)
def test_one_that_ends_credentials_or_a_piece_of_them_is_refused(url: str) -> None:
    assert not is_web_address(url)


# --- whatever the password ---


@given(PASSWORDS)
def test_an_escaped_password_reads_back(password: str) -> None:
    url = f"postgresql://u:{quote(password, safe='')}@h.example:5432/b"

    assert database_connection("etaxe_db", "ETAXE_URL", url).password == password


@given(PASSWORDS)
def test_an_unescaped_one_reads_back_or_is_refused_without_a_piece_of_it(password: str) -> None:
    def read(url: str) -> None:
        found = database_connection("etaxe_db", "ETAXE_URL", url)
        assert (found.host, found.schema) == ("h.example", "b")

    said = refusal_of(read, f"postgresql://u:{password}@h.example:5432/b")

    assert said is None or not any(piece in said for piece in pieces(password))


@given(PASSWORDS)
@pytest.mark.parametrize("form", ["https://u:{}@h.example/x", "https://{}@h.example/x", "https://{}"])
def test_nor_does_a_web_address_show_a_piece_of_one(form: str, password: str) -> None:
    for read in (lambda url: address("ALERTES_URL", url), lambda url: ConnectionFields("c", {"host": url}).url("host")):
        said = refusal_of(read, form.format(password))
        assert said is None or not any(piece in said for piece in pieces(password))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PASSWORDS)
def test_nor_does_a_connection_of_airflow_s(password: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        found: list[str] = []

        def read(url: str) -> None:
            found.append(of_airflow(monkeypatch)(url))

        said = refusal_of(read, f"postgres://u:{password}@h.example:5432/b")

    if said is None:
        assert conninfo_to_dict(found[0])["host"] == "h.example"
    else:
        assert not any(piece in said for piece in pieces(password))


@given(PASSWORDS)
def test_nor_does_the_address_of_a_broker(password: str) -> None:
    said = refusal_of(READERS["RELANCES_BROKER_URL"][1], f"redis://:{password}@127.0.0.1:1/0")

    assert said is not None  # nobody listens there
    assert not any(piece in said for piece in pieces(password))


def test_every_address_of_a_provider_is_read_here() -> None:
    read = {
        name for provider in PROVIDER_CONNECTIONS for name, each in provider.variables.items() if each.read is address
    }
    assert read == {"VENTIS_MESSAGING_URL", "KEYCLOAK_MESSAGING_HOST"}
