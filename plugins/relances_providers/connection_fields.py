"""Reads an Airflow connection's fields; every error names the connection, the field and the cure."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from airflow.sdk import Connection

from relances_providers.errors import Misconfigured
from relances_providers.http.addresses import is_encrypted, is_web_address

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class ConnectionFields:
    """The fields of one connection, standard ones and ``extra`` alike, by name."""

    conn_id: str
    values: Mapping[str, object] = field(repr=False)

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionFields":
        """Raises Misconfigured where ``extra`` is not a JSON object."""
        if not _is_object(connection.extra or "{}"):
            raise _wrong(connection.conn_id, "extra", "doit être un objet JSON", "must be a JSON object")
        standard = {"host": connection.host, "login": connection.login, "password": connection.password}
        return cls(connection.conn_id, {**connection.extra_dejson, **standard})

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
        """An https address, without its final slash; http only where it never leaves this machine."""
        value = self.text(name, default)
        if not is_web_address(value):
            raise _wrong(
                self.conn_id,
                name,
                "doit être une adresse https://… sans identifiant ni mot de passe",
                "must be an https://… address without credentials",
            )
        if not is_encrypted(value):
            raise _wrong(
                self.conn_id,
                name,
                "doit commencer par https:// : en http, mot de passe, jeton et messages passeraient en clair",
                "must be https: http would show passwords and messages on the way",
            )
        return value.rstrip("/")

    def phone(self, name: str) -> str:
        """A phone number in E.164: a sign, the country code, fifteen digits at most."""
        value = self.text(name)
        if _E164.fullmatch(value) is None:
            raise _wrong(
                self.conn_id,
                name,
                "doit être un numéro au format +15551234567, sans espace",
                "must be a number in E.164, such as +15551234567",
            )
        return value

    def number(self, name: str, default: float, *, minimum: float) -> float:
        """A finite number of at least ``minimum``."""
        raw = self.values.get(name)
        try:
            value = default if raw in (None, "") else float(str(raw))
        except ValueError:
            value = math.nan
        if not minimum <= value < math.inf:  # written so that NaN is refused too
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


def _is_object(extra: str) -> bool:
    # Asked beforehand: Airflow logs what it cannot read, secrets and all, and goes on without it.
    try:
        return isinstance(json.loads(extra), dict)
    except (ValueError, RecursionError):
        return False


def _wrong(conn_id: str, name: str, french: str, english: str) -> Misconfigured:
    return Misconfigured(
        f"connexion {conn_id} : le champ {name} {french} ; corrigez-le dans Admin → Connections "
        f"— connection {conn_id}: field {name} {english}",
        code="connexion",
    )
