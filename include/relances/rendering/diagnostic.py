"""What was found of each connection, a line each."""

from typing import Final, TypeAlias

from relances.rendering.diagnostic_bases import de_base
from relances.rules.diagnostic import Absence, Accepte, Fait, IssueInconnue, SansNouvelle
from relances_providers.messaging import Finding, Progress, Verdict

KEYS: Final = ("connexion", "partie", "verdict", "texte")
_MARKS: Final = {Verdict.GOOD: "✔", Verdict.UNSEEN: "–", Verdict.BAD: "✘"}
_ABSENCES: Final = {
    Absence.FOURNISSEUR: "aucune : sans effet si vous n'utilisez pas ce fournisseur — none, which only matters if you "
    "use it",
    Absence.TOUS: "aucun n'a de connexion ; créez-en une dans Admin → Connections, ou par .env — no provider is "
    "connected",
}
_PROGRESS: Final = {
    Progress.ACCEPTED: "accepté, pas encore parti — accepted",
    Progress.SENT: "parti — sent",
    Progress.UNDELIVERED: "non remis — undelivered",
    Progress.DELIVERED: "remis — delivered",
    Progress.READ: "lu — read",
}
Dit: TypeAlias = Fait | Progress | str


def finding(part: str, verdict: Verdict, fait: Dit) -> Finding:
    """What was found of a part, in words."""
    return Finding(part, verdict, _text(fait))


def line(found: Finding) -> str:
    """What was found, where the connection is known from around it."""
    return f"{_MARKS[found.verdict]} {found.part} : {found.text}"


def full_line(conn_id: str, found: Finding) -> str:
    """What was found, and of which connection."""
    return f"{_MARKS[found.verdict]} {conn_id} · {found.part} : {found.text}"


def record(conn_id: str, found: Finding) -> dict[str, str | int | float | None]:
    """What was found, for a program, with these KEYS."""
    return dict(zip(KEYS, (conn_id, found.part, found.verdict.name.lower(), found.text), strict=True))


def _text(fait: Dit) -> str:
    match fait:
        case str():
            return fait
        case Progress():
            return _PROGRESS[fait]
        case Absence():
            return _ABSENCES[fait]
        case Accepte(message_id, numero):
            return f"{message_id}, accepté pour {numero} — accepted"
        case IssueInconnue(erreur):
            return f"issue inconnue ; regardez le téléphone avant de recommencer : {erreur}"
        case SansNouvelle():
            return "pas encore connu — not known yet"
        case _:
            return de_base(fait)
