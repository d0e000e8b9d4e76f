"""The variables that describe the providers: which field of which connection each feeds, and how it is read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from relances.local.connections import Connection, Value, unreadable_address
from relances.local.errors import LocalError
from relances.rules.adresse import WEB, Faute, fault_of
from relances_providers.http.addresses import is_encrypted, is_web_address

_STANDARD: Final = frozenset({"host", "login", "password"})
_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def text(_name: str, value: str) -> str:
    """The text of a variable, as it is."""
    return value


def flag(name: str, value: str) -> bool:
    """A yes or no, in French or English. Raises LocalError for another word."""
    match value.strip().lower():
        case "true" | "1" | "yes" | "on" | "oui" | "vrai":
            return True
        case "false" | "0" | "no" | "off" | "non" | "faux":
            return False
        case _:
            raise LocalError(f"{name} : écrivez true ou false.")


def address(name: str, value: str) -> str:
    """A web address, https unless it stays on this machine. Raises LocalError otherwise, repeating no part of it."""
    fault = fault_of(value, WEB)
    if fault is None and not urlsplit(value).hostname:
        fault = Faute.FORME
    if fault is not None:
        raise unreadable_address(name, fault, ": écrivez une adresse complète, https://…")
    if not is_web_address(value) or not is_encrypted(value):
        raise LocalError(
            f"{name} : écrivez une adresse https:// ; en http, mots de passe et messages passeraient en clair. — It "
            "must be https: http would show passwords and messages on the way."
        )
    return value


def account_sid(name: str, value: str) -> str:
    """Twilio's name of an account. Raises LocalError for anything else."""
    if not _ACCOUNT_SID.fullmatch(value):
        raise LocalError(
            f"{name} : écrivez l'Account SID de la console Twilio, AC suivi de 32 chiffres ou lettres a-f."
        )
    return value


def phone(name: str, value: str) -> str:
    """A number with its country code, however it is spaced. Raises LocalError for anything else."""
    number = re.sub(r"[\s.()-]", "", value.removeprefix("whatsapp:"))
    if not _E164.fullmatch(number):
        raise LocalError(f"{name} : écrivez le numéro avec + et l'indicatif du pays, comme +15551234567.")
    return number


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: the field of the connection it feeds. ``required``: nothing can be sent without it."""

    field: str
    read: Callable[[str, str], Value] = text
    required: bool = False


@dataclass(frozen=True, slots=True)
class ProviderVariables:
    """The variables of one provider, by name."""

    name: str
    connection_id: str
    conn_type: str
    variables: Mapping[str, Variable]

    def connection(self, given: Mapping[str, str]) -> Connection | None:
        """The connection that the given variables describe; None when they say nothing of it.

        Raises LocalError where a value cannot be understood.
        """
        fields = {v.field: v.read(name, given[name]) for name, v in self.variables.items() if name in given}
        if not fields:
            return None
        standard = {name: str(fields.pop(name)) for name in _STANDARD & fields.keys()}
        return Connection(
            self.connection_id,
            self.conn_type,
            host=standard.get("host"),
            login=standard.get("login"),
            password=standard.get("password"),
            extra=fields,
        )

    def problems(self, given: Mapping[str, str]) -> list[str]:
        """Every value that cannot be understood, each as a sentence."""
        found = []
        for name in self.variables.keys() & given.keys():
            try:
                self.variables[name].read(name, given[name])
            except LocalError as error:
                found.append(str(error))
        return sorted(found)

    def missing(self, given: Mapping[str, str]) -> list[str]:
        """The required variables that are not given, where any of this provider's is."""
        spoken_of = bool(self.variables.keys() & given.keys())
        return [name for name, v in self.variables.items() if spoken_of and v.required and name not in given]


PROVIDER_CONNECTIONS: Final = (
    ProviderVariables(
        "Ventis",
        "ventis_default",
        "ventis",
        {
            "VENTIS_MESSAGING_URL": Variable("host", address),
            "VENTIS_MESSAGING_SENDER": Variable("sender", required=True),
            "VENTIS_DEBUG": Variable("debug", flag),
            "KEYCLOAK_MESSAGING_HOST": Variable("keycloak_host", address),
            "KEYCLOAK_MESSAGING_REALM": Variable("realm"),
            "KEYCLOAK_MESSAGING_CLIENT_ID": Variable("client_id"),
            "KEYCLOAK_MESSAGING_CLIENT_SECRET": Variable("client_secret"),
            "KEYCLOAK_MESSAGING_USERNAME": Variable("login", required=True),
            "KEYCLOAK_MESSAGING_PASSWORD": Variable("password", required=True),
            "KEYCLOAK_VERIFY_SSL": Variable("verify_ssl", flag),
        },
    ),
    ProviderVariables(
        "Twilio",
        "twilio_default",
        "twilio_whatsapp",
        {
            "TWILIO_ACCOUNT_SID": Variable("login", account_sid, required=True),
            "TWILIO_AUTH_TOKEN": Variable("password", required=True),
            "TWILIO_SANDBOX_NUMBER": Variable("sender", phone, required=True),
        },
    ),
    ProviderVariables(
        "Zoom",
        "zoom_default",
        "zoom_sms",
        {
            "ZOOM_CLIENT_ID": Variable("login", required=True),
            "ZOOM_CLIENT_SECRET": Variable("password", required=True),
            "ZOOM_ACCOUNT_ID": Variable("account_id", required=True),
            "ZOOM_SENDER_NUMBER": Variable("sender", phone, required=True),
        },
    ),
)
ALERTES: Final = ProviderVariables("Alertes", "alertes", "chat_webhook", {"ALERTES_URL": Variable("password", address)})
PROVIDER_VARIABLES: Final = frozenset(name for provider in PROVIDER_CONNECTIONS for name in provider.variables)


def provider_connections(given: Mapping[str, str]) -> list[Connection]:
    """One connection per provider of which the variables speak. Raises LocalError where a value is no such thing."""
    connections = (provider.connection(given) for provider in PROVIDER_CONNECTIONS)
    return [connection for connection in connections if connection is not None]
