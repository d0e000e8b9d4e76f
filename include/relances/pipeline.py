"""One function per task of the Dags: opens connections and hooks, calls one stage. The only composer.

Every function may run again at any moment. Only ids and counts go in and out.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import get_current_context
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from relances.rules.errors import Blocked, TryAgain
from relances.rules.policy import load_policy
from relances.rules.request import Request
from relances.rules.selection import Regles
from relances.rules.texts import Gabarits
from relances.stages import creation, extraction, reconciliation, reporting, validation
from relances.stages import write_back as results
from relances.stages.reconciliation import Provider
from relances.stages.sending import LotReport, LotSender, lease
from relances.store.doubts import Doubts
from relances.store.executions import Executions
from relances.store.sending import Lot, LotStore
from relances.store.sources import Source
from relances_providers.messaging import MessagingHook
from relances_providers.ventis_hook import VentisHook

logger = logging.getLogger(__name__)

ETAXE: Final = "etaxe_db"
RELANCES: Final = "relances_db"
LIBREVILLE: Final = ZoneInfo("Africa/Libreville")


def current_request() -> Request:
    """The request of the Airflow run under way: its parameters, and the day it was due to start in Libreville."""
    context = get_current_context()
    run = context["dag_run"]
    return Request.of(str(run.run_id), dict(context["params"]), run.run_after.astimezone(LIBREVILLE).date())


def check_providers(request: Request) -> None:
    """See that each provider this run will use can send. Misconfigured or TryLater says what to mend."""
    if request.simulation:
        logger.info("simulation : aucun fournisseur n'est utilisé")
        return
    fournisseur = load_policy().envoi.fournisseur_sms
    asyncio.run(_check(_hook(fournisseur)))
    logger.info("%s : prêt à envoyer", fournisseur)


def extract(request: Request) -> int:
    """Stage the overdue creances of the request's day; returns how many."""
    source = Source(load_policy().source)
    with _database(ETAXE) as etaxe, _database(RELANCES) as relances:
        return extraction.extract(source, request, etaxe, relances)


def validate(request: Request) -> int:
    """Check the staged creances; returns how many rows were set aside."""
    conninfo = _conninfo(RELANCES)
    with _database(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
        return validation.validate(relances, _url(conninfo), execution, load_policy().devise, _data_docs())


def create_relances(request: Request) -> int:
    """Create the relances of the run; returns how many are new."""
    politique = load_policy()
    regles = Regles(politique, Gabarits(), request.canal, request.date_relance)
    with _database(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
        return creation.create_relances(relances, execution, regles, request.limite).relances


def approve(request: Request) -> bool:
    """Whether the run goes on to sending; a run that does not leaves its relances ``en_attente``."""
    if request.simulation:
        logger.info("simulation : rien ne sera envoyé ni reporté")
    elif not request.envoyer_automatiquement:
        logger.info("envoyer_automatiquement=false : les relances restent en attente ; relancez le Dag pour envoyer")
    return request.envoyer_automatiquement and not request.simulation


def plan_lots(request: Request) -> list[dict[str, str | int]]:
    """Cut what is left to send into lots, as ids fit for XCom."""
    with _database(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
        lots = Doubts(relances).plan(execution, load_policy().envoi.taille_lot)
    logger.info("%s lots à envoyer", len(lots))
    return [{"fournisseur": lot.fournisseur, "premier": lot.premier, "dernier": lot.dernier} for lot in lots]


def send_lot(request: Request, fournisseur: str, premier: int, dernier: int) -> dict[str, int]:
    """Send one lot; returns how many relances ended in each state."""
    with _database(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
    report = _send(Lot(execution.occasion, fournisseur, premier, dernier))
    return {statut.value: count for statut, count in report.statuts.items()}


def reconcile(request: Request) -> bool:
    """Clear what can be cleared and send again what is due; True when nothing more can be waited for."""
    if request.simulation:
        return True
    politique = load_policy()
    with _database(RELANCES) as relances:
        execution = Executions(relances).find(request.run_id)
        reconciliation.reconcile(relances, _providers([politique.envoi.fournisseur_sms]))
        if execution is None:
            return True
        if request.envoyer_automatiquement:
            for lot in Doubts(relances).plan(execution, politique.envoi.taille_lot, reprise=True):
                _send(lot)
        unsettled = Doubts(relances).unsettled(execution)
    logger.info(
        "incertaines %s, en cours %s, à reprendre %s", unsettled.incertaines, unsettled.en_cours, unsettled.a_reprendre
    )
    return not unsettled.any or unsettled.attente > politique.envoi.attente_reconciliation


def write_back(request: Request) -> int:
    """Show the results in the tax application; returns how many relances."""
    if request.simulation:
        return 0
    source = Source(load_policy().source)
    with _database(ETAXE) as etaxe, _database(RELANCES) as relances:
        return results.write_back(source, etaxe, relances)


def report(request: Request) -> str:
    """Store and return the report, in Markdown; Blocked when the balance equation does not hold."""
    with _database(RELANCES) as relances:
        execution = Executions(relances).find(request.run_id)
        if execution is None:
            return "Le passage s'est arrêté avant l'extraction : voyez la première tâche en échec."
        bilan = reporting.report(relances, execution)
    rapport = bilan.rapport()
    if not bilan.equilibre:
        logger.error("\n%s", rapport)
        raise Blocked(
            "le bilan n'est pas équilibré : des créances extraites ne sont ni relancées ni exclues ; voyez le "
            "rapport et la première tâche en échec, puis relancez-la",
            "the balance equation does not hold: see the report and the first failed task",
        )
    return rapport


def _send(lot: Lot) -> LotReport:
    hook = _hook(lot.fournisseur)
    report = asyncio.run(_send_with(hook, lot))
    logger.info("lot %s %s-%s : %s", lot.fournisseur, lot.premier, lot.dernier, report)
    return report


async def _send_with(hook: MessagingHook, lot: Lot) -> LotReport:
    envoi, limits = load_policy().envoi, hook.limits
    async with hook.open() as sender, LotStore(_conninfo(RELANCES), lot, lease(limits)) as store:
        worker = LotSender(store, sender, limits, envoi)
        # A deployment or a "mark failed" ends the calls in flight properly instead of leaving them in doubt.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        return await worker.run()


async def _check(hook: MessagingHook) -> None:
    async with hook.open() as sender:
        await sender.check()


def _hook(fournisseur: str) -> MessagingHook:
    match fournisseur:
        case "ventis":
            return VentisHook()
        case _:
            raise Blocked(
                f"fournisseur inconnu : {fournisseur} ; corrigez envoi.fournisseur_sms dans politique.toml",
                "unknown provider in politique.toml",
            )


def _providers(fournisseurs: Iterable[str]) -> dict[str, Provider]:
    hooks = {fournisseur: _hook(fournisseur) for fournisseur in fournisseurs}
    return {fournisseur: Provider(hook.capabilities, hook.limits) for fournisseur, hook in hooks.items()}


def _database(conn_id: str) -> AbstractContextManager[psycopg.Connection]:
    """A connection in autocommit: what must hold together says so with a transaction."""
    try:
        return psycopg.connect(_conninfo(conn_id), autocommit=True)
    except psycopg.OperationalError as error:
        raise TryAgain(
            f"base {conn_id} injoignable : {' '.join(str(error).split())} ; vérifiez le serveur, puis la connexion "
            f"{conn_id} dans Admin → Connections",
            "the database is out of reach: check the server, then the connection",
        ) from error


def _conninfo(conn_id: str) -> str:
    """Libpq's words for an Airflow connection of type postgres, its extra options included."""
    connection = PostgresHook.get_connection(conn_id)
    options = {
        key: value for key, value in connection.extra_dejson.items() if key not in PostgresHook.ignored_extra_options
    }
    try:
        return make_conninfo(
            host=connection.host,
            port=connection.port,
            user=connection.login,
            password=connection.password,
            dbname=connection.schema,
            **options,
        )
    except psycopg.ProgrammingError as error:
        raise Blocked(
            f"connexion {conn_id} : {str(error).strip()} ; corrigez son champ Extra dans Admin → Connections",
            "the connection's Extra holds an unknown option",
        ) from error


def _url(conninfo: str) -> URL:
    """The same for SQLAlchemy."""
    words = {key: str(value) for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    password = words.pop("password", None)
    user = words.pop("user", None)
    database = words.pop("dbname", None)
    return URL.create("postgresql+psycopg", username=user, password=password, database=database, query=words)


def _data_docs() -> Path:
    return Path(os.environ.get("RELANCES_DATA_DOCS", "data_docs")).absolute()
