"""The fields of a connection's form in Airflow's interface, as the JSON Schema it reads."""

from typing import Final, TypeAlias

Field: TypeAlias = dict[str, object]
Default: TypeAlias = str | float | bool
TEST_NUMBER: Final = "secret_test_number"
"""A field that Airflow hides by its name too, where it shows the others: a person's number."""


def text(title: str, description: str, default: str | None = None) -> Field:
    """A line of text."""
    return _field(title, description, {"type": ["string", "null"], **({"default": default} if default else {})})


def secret(title: str, description: str) -> Field:
    """A line of text that is stored encrypted and never shown again."""
    return _field(title, description, {"type": ["string", "null"], "format": "password"})


def number(title: str, description: str, default: float | None, *, minimum: float) -> Field:
    """A number; no default: what an empty field means is in the description."""
    said = {} if default is None else {"default": default}
    return _field(title, description, {"type": ["number", "null"], "minimum": minimum, **said})


def flag(title: str, description: str, *, default: bool) -> Field:
    """A box to tick."""
    return _field(title, description, {"type": "boolean", "default": default})


def wire(
    *,
    rate: float | None,
    in_flight: int,
    timeout: float,
    rate_help: str = "Au plus ; un SMS long en compte plusieurs — at most; a long SMS counts as several",
) -> dict[str, Field]:
    """The fields that every provider has, with its own defaults."""
    return {
        "verify_ssl": flag("Vérifier TLS", "Laisser activé — keep it on", default=True),
        "timeout": number(
            "Délai d'attente (s)",
            "Au-delà, l'issue du message est inconnue — seconds before a time-out",
            timeout,
            minimum=0.1,
        ),
        "max_in_flight": number("Appels simultanés", "Au plus — calls at once, at most", in_flight, minimum=1),
        "rate_per_second": number("Messages par seconde", rate_help, rate, minimum=0.01),
        TEST_NUMBER: secret(
            "Numéro des messages de test",
            "Avec + et l'indicatif ; les Dags de test n'écrivent qu'à lui — with + and the country code; the test Dags "
            "write to no other",
        ),
        "debug": flag("Journal détaillé", "Secrets et numéros masqués — secrets and numbers masked", default=False),
    }


def default(field: Field) -> Default:
    """What an empty form holds for the field: an empty text where it has no default."""
    schema = field["schema"]
    found = schema.get("default", "") if isinstance(schema, dict) else ""
    return found if isinstance(found, str | float | int | bool) else ""


def _field(title: str, description: str, schema: dict[str, object]) -> Field:
    return {"label": title, "description": description, "schema": schema}
