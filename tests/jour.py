"""The steps of the day over the installation that a test's environment describes: its services, without Airflow."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg.conninfo import make_conninfo

from relances.orchestration.connections import hook_of
from relances.policy.politique import DEFAULT_FILE
from relances.rendering.rapport import rapport
from relances.rules.errors import Blocked
from relances.rules.passages import INCONNUE, Demande
from relances.rules.politique import BaseFiscale, Politique
from relances.rules.request import Request
from relances.rules.selection import Regles
from relances.services import jour, sorties
from relances.services import rapport as reporting
from relances.services.alertes import Alerte
from relances.services.installation import Adresse, Installation
from relances.services.passages import Passage
from relances.services.sending import Attente
from relances.store.database import CUT, UTF8
from relances.store.restauration import Temoin

_LIBPQ = {"host": "host", "port": "port", "login": "user", "password": "password", "schema": "dbname"}


class Waits(Exception):
    """What is left of a lot waits, rather than being sent."""

    def __init__(self, attente: Attente) -> None:
        super().__init__(str(attente))
        self.attente = attente


def here() -> Installation:
    """What a test put in its environment: databases as connections in JSON, policy, witness, pages."""
    temoin = os.environ.get("RELANCES_TEMOIN")
    return Installation(
        adresse=_adresse,
        hook=hook_of,
        fichier=Path(os.environ.get("RELANCES_POLITIQUE") or DEFAULT_FILE),
        temoin=Temoin(Path(temoin)) if temoin else None,
        data_docs=Path(os.environ.get("RELANCES_DATA_DOCS", "data_docs")).absolute(),
        demonstration=bool(os.environ.get("RELANCES_DEMONSTRATION")),
        alerter=_alerter(),
    )


def _alerter() -> Callable[[Alerte], None]:
    """Who hears of troubles: a chat of Airflow's, where the test made that connection."""
    if "AIRFLOW_CONN_ALERTES" not in os.environ:
        return lambda _: None
    from relances.orchestration.alertes import alerter

    return alerter


def _adresse(conn_id: str) -> Adresse:
    given = os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}")
    if given is None:
        raise Blocked(f"la connexion {conn_id} n'existe pas", "the connection does not exist")
    said: Mapping[str, object] = json.loads(given)
    extra = said.get("extra") or {}
    assert isinstance(extra, dict)
    words = {ours: str(said[name]) for name, ours in _LIBPQ.items() if said.get(name)}
    cut = {name: str(value) for name, value in CUT.items()}
    if name := os.environ.get("PGAPPNAME"):
        cut["application_name"] = name
    known = cut | {name: str(value) for name, value in extra.items()} | words | {"client_encoding": UTF8}
    return Adresse(make_conninfo(**known), extra.get("client_encoding"))


def database(
    conn_id: str, tache: str | None = None, limites: BaseFiscale | None = None
) -> AbstractContextManager[psycopg.Connection]:
    """A connection as a service opens it."""
    return here().base(conn_id, tache, limites or BaseFiscale())


def politique() -> Politique:
    """The policy in force."""
    return here().politique()


def wording() -> reporting.Wording:
    """What a report is written with where no run says otherwise."""
    return reporting.wording(here(), here().consignes(), note=False)


def rules_of(asked: Request, relances: psycopg.Connection) -> Regles:
    """What decides in a run, by the policy in force."""
    consignes = here().consignes()
    return sorties.rules_of(
        here(), Passage(asked, consignes, note=False, version=None, plume=consignes.plume()), relances
    )


def check_providers(asked: Request, demande: Demande = INCONNUE) -> None:
    jour.check_providers(here(), asked, demande)


def extract(asked: Request, demande: Demande = INCONNUE) -> int:
    return jour.extract(here(), asked, demande)


def validate(asked: Request) -> int:
    return jour.validate(here(), asked)


def create_relances(asked: Request) -> int:
    return jour.create_relances(here(), asked)


def approve(asked: Request) -> bool:
    return jour.approve(here(), asked)


class Part(TypedDict):
    """What the sending of a lot is given."""

    fournisseur: str
    premier: int
    dernier: int


def plan_lots(asked: Request, fournisseur: str) -> list[Part]:
    """What the sending of each lot is given."""
    lots = jour.plan_lots(here(), asked, fournisseur)
    return [{"fournisseur": lot.fournisseur, "premier": lot.premier, "dernier": lot.dernier} for lot in lots]


def send_lot(asked: Request, fournisseur: str, premier: int, dernier: int) -> dict[str, int]:
    """How many relances ended in each state. Raises Waits."""
    sent = jour.send_lot(here(), asked, fournisseur, premier, dernier)
    if isinstance(sent, Attente):
        raise Waits(sent)
    return {statut.value: count for statut, count in sent.items()}


def prepare(asked: Request) -> None:
    """Every step before the sending."""
    check_providers(asked)
    extract(asked)
    validate(asked)
    create_relances(asked)


def send(asked: Request, *fournisseurs: str) -> None:
    """Every lot of these fournisseurs, one after the other; of Ventis unless others are given. Raises Waits."""
    for fournisseur in fournisseurs or ("ventis",):
        for part in plan_lots(asked, fournisseur):
            send_lot(asked, **part)


def reconcile(asked: Request) -> bool:
    return jour.reconcile(here(), asked)


def reconcile_every_run() -> None:
    jour.reconcile_every_run(here())


def write_back(asked: Request) -> int:
    return jour.write_back(here(), asked)


def write_back_every_run() -> int:
    return jour.write_back_every_run(here())


def report(asked: Request) -> str:
    """Its words; empty where the run never came to its extraction."""
    return jour.report(here(), asked, rapport) or ""


def verdict(asked: Request) -> None:
    jour.verdict(here(), asked)
