"""Reads an Airflow connection's fields; every error names the connection, the field and the cure."""

from collections.abc import Mapping
from dataclasses import dataclass

from airflow.sdk import Connection

from relances_providers.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class ConnectionFields:
    """The fields of one connection, standard ones and ``extra`` alike, by name."""

    conn_id: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionFields":
        """Raises Misconfigured where ``extra`` is not a JSON object."""
        try:
            extra: Mapping[str, object] = connection.extra_dejson
        except ValueError as error:
            raise _wrong(connection.conn_id, "extra", "doit être un objet JSON", "must be a JSON object") from error
        standard = {"host": connection.host, "login": connection.login, "password": connection.password}
        return cls(connection.conn_id, {**extra, **standard})

    def text(self, name: str, default: str | None = None) -> str:
        """A text that must be there unless there is a default. Surrounding spaces are dropped."""
        value = self.optional_text(name) or default
        if value is None:
            raise _wrong(self.conn_id, name, "est vide", "is empty")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self.values.get(name)
        return str(value).strip() or None if value is not None else None

    def url(self, name: str, default: str | None = None) -> str:
        """An http(s) address, without its final slash."""
        value = self.text(name, default)
        if not value.startswith(("http://", "https://")):
            raise _wrong(self.conn_id, name, "doit commencer par https://", "must start with https://")
        return value.rstrip("/")

    def number(self, name: str, default: float, *, minimum: float) -> float:
        """A number of at least ``minimum``."""
        raw = self.values.get(name)
        try:
            value = default if raw in (None, "") else float(str(raw))
        except ValueError:
            value = float("nan")
        if not value >= minimum:  # written so that NaN is refused too
            raise _wrong(
                self.conn_id,
                name,
                f"doit être un nombre d'au moins {minimum:g}",
                f"must be at least {minimum:g}",
            )
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes or no; forms give booleans, environment variables give words."""
        raw = self.values.get(name)
        match str(raw).strip().lower():
            case "none" | "":
                return default
            case "true" | "1" | "yes" | "oui":
                return True
            case "false" | "0" | "no" | "non":
                return False
            case _:
                raise _wrong(self.conn_id, name, "doit être true ou false", "must be true or false")


def _wrong(conn_id: str | None, name: str, french: str, english: str) -> Misconfigured:
    return Misconfigured(
        f"connexion {conn_id} : le champ {name} {french} ; corrigez-le dans Admin → Connections "
        f"— connection {conn_id}: field {name} {english}",
        code="connexion",
    )
