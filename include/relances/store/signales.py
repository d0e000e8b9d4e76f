"""The numbers that a provider said not to write to any more, by canal."""

import psycopg

from relances.rules.codes import Refus
from relances.rules.models import Canal
from relances.store.database import query


def flagged_numbers(connection: psycopg.Connection, canal: Canal, oubli_jours: int) -> dict[str, Refus]:
    """The numbers not to write to on a canal, and why. An unreachable one is forgotten after ``oubli_jours`` days."""
    rows = connection.execute(query("flagged_numbers"), {"canal": canal.value, "oubli_jours": oubli_jours})
    return {telephone: Refus(etat) for telephone, etat in rows}


def lift_flags(connection: psycopg.Connection, telephone: str) -> dict[Canal, Refus]:
    """Forget what was said of a number (digits with the country code); returns it."""
    rows = connection.execute(query("lift_flags"), {"telephone": telephone})
    return {Canal(canal): Refus(etat) for canal, etat in rows}
