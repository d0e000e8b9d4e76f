"""The address of a PostgreSQL server, as libpq reads it."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from relances.rules.adresse import POSTGRES, Faute, fault_of

EXPECTED = "n'est pas une URL PostgreSQL ; écrivez postgresql://utilisateur:motdepasse@hote:5432/base."
"""What to say of ``Faute.FORME``, after the name of who holds the address."""


def parts_of(url: str) -> dict[str, str] | Faute:
    """What libpq reads in the URL of one server and one database, by its own names; else what is wrong with it."""
    fault = fault_of(url, POSTGRES)
    if fault is not None:
        return fault
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError:
        return Faute.FORME
    is_whole = "service" in parts or (bool(parts.get("host") or parts.get("hostaddr")) and bool(parts.get("dbname")))
    return parts if is_whole and parts.get("port", "5432").isdecimal() else Faute.FORME
