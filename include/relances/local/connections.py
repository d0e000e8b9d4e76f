"""From the operator's variables to Airflow's connections; nothing here reads the environment or talks to anyone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import psycopg
from psycopg.conninfo import conninfo_to_dict

from relances.local.errors import LocalError
from relances_providers.provider_info import form_defaults

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Connection:
    """An Airflow connection. ``extra`` holds the fields of its type."""

    connection_id: str
    conn_type: str
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Value] = field(default_factory=dict, repr=False)

    @property
    def is_provider(self) -> bool:
        """Whether its type is one of ours, with a form of its own."""
        return bool(form_defaults(self.conn_type))

    def completed(self, known: Mapping[str, Value]) -> "Connection":
        """The same with every field of its form: what is said here, else what is known, else the default."""
        return replace(self, extra={**form_defaults(self.conn_type), **known, **self.extra})

    def body(self) -> dict[str, str | int | None]:
        """What Airflow's REST API takes. Every field is said, so that nothing of an older connection stays."""
        return {
            "connection_id": self.connection_id,
            "conn_type": self.conn_type,
            "host": self.host,
            "port": self.port,
            "schema": self.schema,
            "login": self.login,
            "password": self.password,
            "extra": json.dumps(self.extra),
        }


@dataclass(frozen=True, slots=True)
class ProviderVariables:
    """Which variable feeds which field of a provider's connection; a field of ``Connection``, else of ``extra``."""

    connection_id: str
    conn_type: str
    standard: Mapping[str, str]
    extra: Mapping[str, tuple[str, Callable[[str, str], Value]]]

    def names(self) -> frozenset[str]:
        return frozenset(self.standard) | frozenset(self.extra)

    def connection(self, given: Mapping[str, str]) -> Connection | None:
        """The connection that the given variables describe; None when they say nothing of it.

        Raises LocalError where a value cannot be understood.
        """
        standard = {target: given[name] for name, target in self.standard.items() if name in given}
        extra = {target: read(name, given[name]) for name, (target, read) in self.extra.items() if name in given}
        if not standard and not extra:
            return None
        return Connection(
            self.connection_id,
            self.conn_type,
            host=standard.get("host"),
            login=standard.get("login"),
            password=standard.get("password"),
            extra=extra,
        )


def text(_name: str, value: str) -> str:
    """A variable taken as it is."""
    return value


def flag(name: str, value: str) -> bool:
    """A yes or no, in French or English. Raises LocalError for another word."""
    match value.strip().lower():
        case "true" | "1" | "yes" | "on" | "oui" | "vrai":
            return True
        case "false" | "0" | "no" | "off" | "non" | "faux":
            return False
        case _:
            raise LocalError(f"{name} vaut « {value} » ; écrivez true ou false.")


VENTIS = ProviderVariables(
    "ventis_default",
    "ventis",
    standard={
        "VENTIS_MESSAGING_URL": "host",
        "KEYCLOAK_MESSAGING_USERNAME": "login",
        "KEYCLOAK_MESSAGING_PASSWORD": "password",
    },
    extra={
        "VENTIS_MESSAGING_SENDER": ("sender", text),
        "VENTIS_DEBUG": ("debug", flag),
        "KEYCLOAK_MESSAGING_HOST": ("keycloak_host", text),
        "KEYCLOAK_MESSAGING_REALM": ("realm", text),
        "KEYCLOAK_MESSAGING_CLIENT_ID": ("client_id", text),
        "KEYCLOAK_MESSAGING_CLIENT_SECRET": ("client_secret", text),
        "KEYCLOAK_VERIFY_SSL": ("verify_ssl", flag),
    },
)
PROVIDERS = (VENTIS,)
PROVIDER_VARIABLES = frozenset[str]().union(*(provider.names() for provider in PROVIDERS))


def provider_connections(given: Mapping[str, str]) -> list[Connection]:
    """One connection per provider of which the variables speak."""
    connections = (provider.connection(given) for provider in PROVIDERS)
    return [connection for connection in connections if connection is not None]


def database_connection(connection_id: str, variable: str, url: str) -> Connection:
    """A PostgreSQL connection from a libpq URL; the parameters of its query go to ``extra``.

    Raises LocalError, without repeating the URL and its password, when it is no such thing.
    """
    parts = _url_parts(url)
    if parts is None:
        raise LocalError(
            f"{variable} n'est pas une URL PostgreSQL ; écrivez postgresql://utilisateur:motdepasse@hote:5432/base."
        )
    return Connection(
        connection_id,
        "postgres",
        host=parts.pop("host", None),
        port=int(parts.pop("port", "5432")),
        schema=parts.pop("dbname", None),
        login=parts.pop("user", None),
        password=parts.pop("password", None),
        extra=parts,
    )


def _url_parts(url: str) -> dict[str, str] | None:
    """What libpq reads in a URL; None for anything else, such as several hosts."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError:
        return None
    is_plain = url.startswith(("postgresql://", "postgres://")) and parts.get("port", "5432").isdecimal()
    return parts if is_plain else None
