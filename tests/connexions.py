"""Airflow connections to the providers: good ones to a server as the simulators are, but for what a test changes."""

import json
from typing import Final

import pytest

from relances_providers.provider_info import PROVIDERS
from simulators.settings import Settings

Fields = dict[str, object]

_STANDARD: Final = ("host", "login", "password")
_ACCOUNT: Final = Settings()
_TYPES: Final = {provider.name: provider.connection_type for provider in PROVIDERS}


def good_fields(fournisseur: str, url: str) -> Fields:
    """What the provider at this address needs to be told, its own fields beside the standard ones; no limit."""
    match fournisseur:
        case "ventis":
            return {
                "host": f"{url}/messaging/api/v1",
                "login": _ACCOUNT.username,
                "password": _ACCOUNT.password,
                "sender": _ACCOUNT.senders[0],
                "keycloak_host": url,
            }
        case "zoom":
            return {
                "host": f"{url}/v2",
                "login": _ACCOUNT.zoom_client_id,
                "password": _ACCOUNT.zoom_client_secret,
                "account_id": _ACCOUNT.zoom_account_id,
                "sender": _ACCOUNT.zoom_senders[0],
                "oauth_host": url,
            }
        case "twilio":
            return {
                "host": url,
                "login": _ACCOUNT.twilio_account_sid,
                "password": _ACCOUNT.twilio_auth_token,
                "sender": _ACCOUNT.whatsapp_senders[-1],  # not the sandbox's, which is slow
            }
        case _:
            raise ValueError(fournisseur)


def connection(fournisseur: str, url: str, **changes: object) -> Fields:
    """The connection as Airflow keeps it."""
    fields = good_fields(fournisseur, url) | changes
    standard = {name: fields.pop(name) for name in _STANDARD}
    return {"conn_type": _TYPES[fournisseur], **standard, "extra": fields}


def variable(fournisseur: str) -> str:
    """The name of the variable of the environment that makes the provider's default connection."""
    return f"AIRFLOW_CONN_{fournisseur.upper()}_DEFAULT"


def variables(fournisseur: str, url: str, **changes: object) -> dict[str, str]:
    """That variable with the connection."""
    return {variable(fournisseur): json.dumps(connection(fournisseur, url, **changes))}


def connect(monkeypatch: pytest.MonkeyPatch, fournisseur: str, url: str, **changes: object) -> None:
    """Make it the provider's default connection."""
    monkeypatch.setenv(variable(fournisseur), json.dumps(connection(fournisseur, url, **changes)))
