"""What Airflow reads from this distribution: the connection types and their forms, as data."""

from typing import Any, cast


def get_provider_info() -> dict[str, object]:
    """The ``apache_airflow_provider`` entry point."""
    return {
        "package-name": "relances",
        "name": "Relances",
        "description": "Messaging providers: Ventis (SMS).",
        "connection-types": [_VENTIS],
    }


def form_defaults(connection_type: str) -> dict[str, str | float | bool]:
    """Every field of a type's form with its default (an empty text where there is none); empty for a foreign type.

    Airflow's form shows a connection only the fields that its ``extra`` holds.
    """
    if connection_type != _VENTIS["connection-type"]:
        return {}
    form = cast("dict[str, dict[str, dict[str, Any]]]", _VENTIS["conn-fields"])
    return {name: field["schema"].get("default", "") for name, field in form.items()}


def _text(title: str, description: str, default: str | None = None) -> dict[str, object]:
    return {
        "label": title,
        "description": description,
        "schema": {"type": ["string", "null"], **({"default": default} if default else {})},
    }


def _secret(title: str, description: str) -> dict[str, object]:
    return {
        "label": title,
        "description": description,
        "schema": {"type": ["string", "null"], "format": "password"},
    }


def _number(title: str, description: str, default: float, *, minimum: float) -> dict[str, object]:
    return {
        "label": title,
        "description": description,
        "schema": {"type": ["number", "null"], "default": default, "minimum": minimum},
    }


def _flag(title: str, description: str, *, default: bool) -> dict[str, object]:
    return {"label": title, "description": description, "schema": {"type": "boolean", "default": default}}


_VENTIS: dict[str, object] = {
    "connection-type": "ventis",
    "hook-class-name": "relances_providers.ventis_hook.VentisHook",
    "hook-name": "Ventis Messaging (SMS)",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "port"],
        "relabeling": {
            "host": "Adresse de l'API (host)",
            "login": "Identifiant Keycloak (login)",
            "password": "Mot de passe Keycloak (password)",
        },
        "placeholders": {"host": "https://messaging.ventis.group/messaging/api/v1"},
    },
    "conn-fields": {
        "sender": _text("Expéditeur (sender)", "Nom autorisé par Ventis — an allowed sender id"),
        "keycloak_host": _text("Adresse de Keycloak", "Keycloak host", "https://signin.ventis.group"),
        "realm": _text("Realm", "Realm de Keycloak", "Messaging"),
        "client_id": _text("Client", "client_id", "api-messaging"),
        "client_secret": _secret("Secret du client", "Vide pour un client public — empty for a public client"),
        "verify_ssl": _flag("Vérifier TLS", "Laisser activé — keep it on", default=True),
        "is_otp_as_text": _flag("isOTP en texte", "Envoie 'false' au lieu de false", default=False),
        "timeout": _number("Délai d'attente (s)", "Seconds before a time-out", 30, minimum=0.1),
        "max_in_flight": _number("Appels simultanés", "Calls at once", 16, minimum=1),
        "rate_per_second": _number("Messages par seconde", "Messages per second", 5, minimum=0.01),
        "debug": _flag("Journal détaillé", "Numéros masqués — phone numbers masked", default=False),
    },
}
