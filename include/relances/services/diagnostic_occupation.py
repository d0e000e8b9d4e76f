"""Examines what we take of a database whose guests we are: the longest of ours, and who waits for whom."""

import psycopg

from relances.store.diagnostic_occupation import Occupation, occupation
from relances_providers.messaging import Finding, Verdict

_PART = "occupation"


def diagnose_occupation(connection: psycopg.Connection) -> Finding:
    """Bad only where somebody waits behind us."""
    seen = occupation(connection)
    waiting = [ours for ours in seen.ours if ours.derriere]
    if waiting:
        first = waiting[0]
        text = (
            f"{first.derriere} session(s) attendent derrière nous ({first.nom}, {first.secondes:.0f} s) : si cela "
            f"dure, SELECT pg_terminate_backend({first.pid}) ; la tâche recommencera — somebody waits behind us"
        )
        return Finding(_PART, Verdict.BAD, text)
    verdict = Verdict.UNSEEN if seen.inactives or any(ours.devant for ours in seen.ours) else Verdict.GOOD
    return Finding(_PART, verdict, " ; ".join(_said(seen)))


def _said(seen: Occupation) -> list[str]:
    said = ["rien de nous n'y est en cours — nothing of ours at work"]
    if seen.ours:
        longest = seen.ours[0]
        behind = f", derrière {longest.devant} autre(s)" if longest.devant else ""
        said = [f"le plus long de nous : {longest.nom}, {longest.secondes:.0f} s{behind}, personne derrière"]
    if seen.inactives:
        held = seen.inactives[0]
        since = "" if held.secondes is None else f" depuis {held.secondes:.0f} s"
        said.append(
            f"{len(seen.inactives)} fenêtre(s) ouverte(s) y tiennent des lignes sans rien faire{since} (pid "
            f"{held.pid}, {held.application or 'sans nom'}) : nos résultats sur ces lignes attendent — idle in a "
            "transaction"
        )
    if not seen.tout_vu:
        said.append(
            "ce que font les autres utilisateurs n'est pas montré : GRANT pg_read_all_stats le permettrait — others' "
            "work is not shown"
        )
    return said
