"""Runs of an installation: begun, followed to their end, and judged by what the simulators accepted."""

import subprocess
import time
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Final

import httpx
import psycopg

from relances.local.airflow_api import AirflowApi
from relances.local.errors import LocalError
from relances.local.processes import wait_until
from relances.local.stack import DAG
from relances.rules.fenetre import LIBREVILLE
from tests.compose.installation import Installation

RUN_SECONDS: Final = 1_500.0
IN_FLIGHT: Final = 32  # calls at once, of the demonstration's connections
_FILE: Final = "/tmp/contacts.csv"  # noqa: S108 - of a container of ours


def interface_of(installation: Installation) -> AirflowApi:
    """A session with it, still to be logged in."""
    return AirflowApi(installation.interface(), installation.secrets["RELANCES_MOT_DE_PASSE"])


def count(simulators: httpx.Client) -> int:
    """How many messages they accepted."""
    return int(simulators.get("/ledger/count").raise_for_status().json()["count"])


def today() -> date:
    """That of the tax office."""
    return datetime.now(LIBREVILLE).date()


def invite(installation: Installation, campagne: str, tens: int, contacts: int) -> None:
    """Import a campaign by the command of an operator; ``tens``: the digits of its numbers that no other has."""
    attempt_to_invite(installation, campagne, tens, contacts).check_returncode()


def attempt_to_invite(
    installation: Installation, campagne: str, tens: int, contacts: int
) -> "subprocess.CompletedProcess[str]":
    """The same, that may fail."""
    lines = ["telephone;montant;echeance;libelle;nom"]
    echeance = today() - timedelta(days=40)
    lines += [
        f"074{tens:02}{number:04};15000;{echeance:%d/%m/%Y};Taxe de marché;Contribuable {number}"
        for number in range(contacts)
    ]
    write = f"cat > {_FILE} && relances importer-contacts --campagne {campagne} {_FILE} && rm {_FILE}"
    words = ("exec", "-T", "--index=1", "worker", "sh", "-c", write)
    return installation.attempt(*words, given="\n".join(lines) + "\n")


def begin(api: AirflowApi, campagne: str | None = None) -> str:
    """Trigger the daily Dag, of the tax application or of a campaign; returns the run's id."""
    run_id = f"compose__{campagne or 'jour'}__{time.time():.0f}"
    said = {"date_relance": today().isoformat(), "envoyer_automatiquement": True}
    api.trigger(DAG, run_id, said | ({"campagne": campagne} if campagne else {}))
    return run_id


def end(api: AirflowApi, run_id: str) -> str:
    """Wait for the end of a run, however long Airflow itself is away meanwhile; returns its state."""
    states: list[str] = []

    def is_over() -> bool:
        try:
            states.append(api.run_state(DAG, run_id))
        except (LocalError, httpx.HTTPError):
            return False
        return states[-1] in {"success", "failed"}

    wait_until(is_over, RUN_SECONDS, "Le passage dure.", every=1)
    return states[-1]


def faults(installation: Installation, tens: int, contacts: int) -> dict[str, object]:
    """What is wrong with the messages of a campaign that is over."""
    prefix = f"24174{tens:02}"
    with installation.simulators() as simulators:
        entries = simulators.get("/ledger").raise_for_status().json()["entries"]
    accepted = Counter(entry["to"] for entry in entries if entry["to"].startswith(prefix))
    with psycopg.connect(installation.database("relances")) as connection:
        rows = connection.execute(
            "SELECT telephone, statut, code, EXISTS (SELECT FROM relances.tentative WHERE relance_id = relance.id)"
            " FROM relances.relance WHERE telephone LIKE %s",
            (f"{prefix}%",),
        ).fetchall()
    tried = {telephone for telephone, *_, attempted in rows if attempted}
    sent = {telephone for telephone, statut, *_ in rows if statut in {"envoyee", "livree"}}
    doubted = {telephone for telephone, statut, code, _ in rows if (statut, code) == ("echec", "408")}
    return {
        "rows missing": contacts - len(rows),
        "twice": [to for to, times in accepted.items() if times > 1],
        "without intent": sorted(accepted.keys() - tried),
        "said sent, in vain": sorted(sent - accepted.keys()),
        "sent, unsaid": sorted(accepted.keys() - sent - doubted),
        "not over": [row[:3] for row in rows if row[0] not in sent | doubted],
        "doubts beyond what was in flight": max(0, len(doubted) - IN_FLIGHT),
    }


NO_FAULT: Final = {
    "rows missing": 0,
    "twice": [],
    "without intent": [],
    "said sent, in vain": [],
    "sent, unsaid": [],
    "not over": [],
    "doubts beyond what was in flight": 0,
}
"""What :func:`faults` answers of a campaign whose messages all arrived once, but for those known to be in doubt."""
