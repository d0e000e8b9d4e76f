"""Airflow's connections as values, and how they are written; nothing here reads the environment or talks to anyone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from relances.local.errors import LocalError
from relances.rules.adresse import Faute
from relances.store.adresse import EXPECTED, parts_of
from relances_providers.provider_info import form_defaults

Value = str | int | float | bool
SQLALCHEMY: Final = re.compile(r"postgres(?:ql)?\+\w+://")
"""How an URL for SQLAlchemy begins, which names its driver in the scheme."""


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

    def completed(self) -> "Connection":
        """This connection with every field of its form: its own value, else the default."""
        return replace(self, extra={**form_defaults(self.conn_type), **self.extra})

    def over(self, known: "Connection | None") -> "Connection":
        """What a provider's connection becomes where one of that name is known: what is said here, else what it said.

        A connection of another type gives way whole, and so does a database's, which an URL says whole.
        """
        if known is None or known.conn_type != self.conn_type or not self.is_provider:
            return self
        return replace(
            self,
            host=self.host or known.host,
            login=self.login or known.login,
            password=self.password or known.password,
            extra={**known.extra, **self.extra},
        )

    def body(self) -> dict[str, str | int | None]:
        """What Airflow's REST API takes. Every field is said, so that nothing of an older connection stays."""
        return {"connection_id": self.connection_id, **self._standard(), "extra": json.dumps(self.extra)}

    @property
    def variable(self) -> str:
        """The environment variable in which Airflow looks for it."""
        return f"AIRFLOW_CONN_{self.connection_id.upper()}"

    def as_json(self) -> str:
        """The connection as JSON, as Airflow reads it from that variable."""
        said = {name: value for name, value in self._standard().items() if value is not None}
        return json.dumps({**said, "extra": dict(self.extra)})

    def line(self) -> str:
        """The variable and its value as a line of a file that shells, Docker Compose and systemd read alike.

        Between single quotes; the quotes and backslashes of the value itself are written by their JSON numbers,
        because those readers disagree on what they mean.
        """
        value = self.as_json().replace(r"\\", r"\u005c").replace("'", r"\u0027")
        return f"{self.variable}='{value}'"

    def _standard(self) -> dict[str, str | int | None]:
        return {
            "conn_type": self.conn_type,
            "host": self.host,
            "port": self.port,
            "schema": self.schema,
            "login": self.login,
            "password": self.password,
        }


def database_connection(connection_id: str, variable: str, url: str) -> Connection:
    """A PostgreSQL connection from a libpq URL; the parameters of its query go to ``extra``.

    Raises LocalError, without repeating any part of the URL, when it is no such thing.
    """
    parts = read_database_url(variable, url)
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


def read_database_url(variable: str, url: str) -> dict[str, str]:
    """What libpq reads in the URL of one server and one database, by its own names; ``variable``: who holds it.

    Raises LocalError, without repeating any part of the URL, when it is no such thing.
    """
    parts = parts_of(url)
    if isinstance(parts, Faute):
        raise unreadable_address(variable, parts, EXPECTED)
    return parts


def unreadable_address(variable: str, fault: Faute, form: str) -> LocalError:
    """The error for an address that cannot be read. ``form``: the words for one of another form."""
    if fault is Faute.FORME:
        return LocalError(f"{variable} {form}")
    french, english = fault.value
    return LocalError(f"{variable} {french} — {english}.")
