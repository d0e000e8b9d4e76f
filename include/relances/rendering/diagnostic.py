"""What was found of each connection, a line each."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # it takes Airflow in, which a command line that is only read does without
    from relances_providers.messaging import Finding

KEYS: Final = ("connexion", "partie", "verdict", "texte")
_MARKS: Final = {"GOOD": "✔", "UNSEEN": "–", "BAD": "✘"}


def line(finding: "Finding") -> str:
    """What was found, where the connection is known from around it."""
    return f"{_MARKS[finding.verdict.name]} {finding.part} : {finding.text}"


def full_line(conn_id: str, finding: "Finding") -> str:
    """What was found, and of which connection."""
    return f"{_MARKS[finding.verdict.name]} {conn_id} · {finding.part} : {finding.text}"


def record(conn_id: str, finding: "Finding") -> dict[str, str | int | float | None]:
    """One finding for a program, with these KEYS."""
    return dict(zip(KEYS, (conn_id, finding.part, finding.verdict.name.lower(), finding.text), strict=True))
