"""The providers, as data: what Airflow reads from this distribution, and what the pipeline knows each of them by.

Airflow imports this module in every process: it imports nothing but itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from relances_providers import form


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. ``name``: in policies, pools, lots and rows. ``channel``: ``sms`` or ``whatsapp``.

    ``countries``: ISO codes of those whose numbers it reaches; empty: any. ``lots_at_once``: how many processes may
    send by it side by side, until an operator says otherwise; 1: never more, a new token may end another's.
    ``error_tables``: where its codes are explained, as ``module:name``. ``labels`` and ``placeholders``: of the
    standard fields it uses, the others are hidden. ``fields``: those of its own.
    """

    name: str
    channel: str
    countries: frozenset[str]
    lots_at_once: int
    connection_type: str
    hook_class: str
    error_tables: tuple[str, ...]
    title: str
    labels: Mapping[str, str]
    placeholders: Mapping[str, str]
    fields: Mapping[str, form.Field] = field(repr=False)

    @property
    def pool_description(self) -> str:
        """What the operator reads of its pool, which bounds the lots sent at once."""
        return f"Lots envoyés à la fois par {self.title}, qui partagent son débit."

    def connection_type_info(self) -> dict[str, object]:
        """The entry of ``connection-types``."""
        return {
            "connection-type": self.connection_type,
            "hook-class-name": self.hook_class,
            "hook-name": self.title,
            "ui-field-behaviour": {
                "hidden-fields": [name for name in _STANDARD_FIELDS if name not in self.labels],
                "relabeling": dict(self.labels),
                "placeholders": dict(self.placeholders),
            },
            "conn-fields": dict(self.fields),
        }


_STANDARD_FIELDS = ("host", "schema", "login", "password", "port")

PROVIDERS = (
    Provider(
        name="ventis",
        channel="sms",
        countries=frozenset({"GA"}),
        lots_at_once=2,
        connection_type="ventis",
        hook_class="relances_providers.ventis.hook.VentisHook",
        error_tables=("relances_providers.ventis.errors:TABLE", "relances_providers.keycloak.token:TABLE"),
        title="Ventis Messaging (SMS)",
        labels={
            "host": "Adresse de l'API (host)",
            "login": "Identifiant Keycloak (login)",
            "password": "Mot de passe Keycloak (password)",
        },
        placeholders={"host": "https://messaging.ventis.group/messaging/api/v1"},
        fields={
            "sender": form.text("Expéditeur (sender)", "Nom autorisé par Ventis — an allowed sender id"),
            "keycloak_host": form.text(
                "Adresse de Keycloak", "Qui donne le jeton — who gives the token", "https://signin.ventis.group"
            ),
            "realm": form.text("Realm", "Realm de Keycloak", "Messaging"),
            "client_id": form.text("Client", "Le client_id de Keycloak", "api-messaging"),
            "client_secret": form.secret("Secret du client", "Vide pour un client public — empty for a public client"),
            "is_otp_as_text": form.flag(
                "isOTP en texte",
                "Seulement si Ventis le demande : 'false' au lieu de false — only if asked",
                default=False,
            ),
            **form.wire(rate=5, in_flight=16, timeout=30),
        },
    ),
    Provider(
        name="zoom",
        channel="sms",
        countries=frozenset({"US", "CA"}),
        lots_at_once=1,
        connection_type="zoom_sms",
        hook_class="relances_providers.zoom.hook.ZoomSmsHook",
        error_tables=("relances_providers.zoom.errors:TABLE",),
        title="Zoom Phone (SMS)",
        labels={
            "host": "Adresse de l'API (host)",
            "login": "Client ID (login)",
            "password": "Client Secret (password)",
        },
        placeholders={"host": "https://api.zoom.us/v2"},
        fields={
            "account_id": form.text("Account ID", "De l'application Server-to-Server OAuth — of the OAuth app"),
            "sender": form.text("Numéro Zoom Phone (sender)", "Au format +15551234567 — in E.164"),
            "oauth_host": form.text(
                "Adresse des jetons", "Qui donne le jeton — who gives the token", "https://zoom.us"
            ),
            "max_characters": form.number(
                "Longueur maximale", "En caractères ; au-delà, le message est refusé — in characters", 500, minimum=1
            ),
            **form.wire(rate=10, in_flight=16, timeout=15, rate_help="Pro : 10, Business : 20 — per account"),
        },
    ),
    Provider(
        name="twilio",
        channel="whatsapp",
        countries=frozenset(),
        lots_at_once=2,
        connection_type="twilio_whatsapp",
        hook_class="relances_providers.twilio.hook.TwilioWhatsAppHook",
        error_tables=("relances_providers.twilio.errors:TABLE",),
        title="Twilio (WhatsApp)",
        labels={
            "host": "Adresse de l'API (host)",
            "login": "Account SID (login)",
            "password": "Auth Token (password)",
        },
        placeholders={"host": "https://api.twilio.com", "login": "AC…"},
        fields={
            "sender": form.text("Numéro WhatsApp (sender)", "+14155238886 : le bac à sable — the sandbox"),
            "messaging_service_sid": form.text("Messaging Service", "MG… : à la place de sender — instead of sender"),
            "api_key": form.text(
                "Clé API", "SK… : password est alors son secret, non l'Auth Token — then password is its secret"
            ),
            **form.wire(
                rate=None,
                in_flight=16,
                timeout=10,
                rate_help="Vide : 80 ; bac à sable : 1 en 3 s, quoi qu'on écrive — the sandbox always sends one in 3 s",
            ),
        },
    ),
)

ALERTS: Final = "alertes"
"""The connection to where alerts go, which nobody has to make."""

_WEBHOOK: Mapping[str, object] = {
    "connection-type": "chat_webhook",
    "hook-class-name": "relances_providers.http.webhook.WebhookHook",
    "hook-name": "Webhook de messagerie (alertes)",
    "ui-field-behaviour": {
        "hidden-fields": [name for name in _STANDARD_FIELDS if name != "password"],
        "relabeling": {"password": "Adresse entière du webhook (password)"},
        "placeholders": {"password": "https://hooks.slack.com/services/…"},
    },
    "conn-fields": {},
}
"""Where alerts go: its whole address is a secret."""


def get_provider_info() -> dict[str, object]:
    """The ``apache_airflow_provider`` entry point."""
    return {
        "package-name": "relances",
        "name": "Relances",
        "description": f"Messaging providers: {', '.join(provider.title for provider in PROVIDERS)}.",
        "connection-types": [*(provider.connection_type_info() for provider in PROVIDERS), dict(_WEBHOOK)],
    }


def provider_named(name: str) -> Provider | None:
    """The provider that policies and lots know by this name; None where there is none."""
    return next((provider for provider in PROVIDERS if provider.name == name), None)


def form_defaults(connection_type: str) -> dict[str, form.Default]:
    """Every field of a type's form with its default (an empty text where there is none); empty for a foreign type.

    Airflow's form shows a connection only the fields that its ``extra`` holds.
    """
    fields = next((p.fields for p in PROVIDERS if p.connection_type == connection_type), {})
    return {name: form.default(schema) for name, schema in fields.items()}
