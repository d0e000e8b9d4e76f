"""One function per task of the Dags: opens connections and hooks, calls one stage. The only composer.

Every function may run again at any moment. Only ids and counts go in and out.
"""

import asyncio
import logging
import os
from pathlib import Path
from typing import Final

from relances.orchestration.connections import RELANCES, database, sqlalchemy_url
from relances.orchestration.demonstration import refuse_real_provider
from relances.orchestration.durabilite import require_durable
from relances.orchestration.passages import as_first_asked, current_request
from relances.orchestration.politique import plume, politique, required_first, rules_of, sorties, source_of
from relances.orchestration.providers import hook_of
from relances.orchestration.rapport import wording
from relances.orchestration.reconciliation import reconcile, reconcile_every_run
from relances.orchestration.restauration import own_database, require_all_known
from relances.orchestration.sending import send_lot
from relances.rules.errors import Blocked
from relances.rules.politique import BaseFiscale
from relances.rules.request import Request
from relances.services import creation, extraction, validation
from relances.services import rapport as reporting
from relances.services import write_back as results
from relances.services.verdict import judge
from relances.store.executions import Executions
from relances.store.lots import Lots
from relances.store.rapport import Reporting
from relances.store.sources import CONTACTS, Source
from relances_providers.errors import ProviderError
from relances_providers.messaging import MessagingHook

__all__ = [
    "approve", "check_providers", "create_relances", "current_request", "extract", "plan_lots", "reconcile",
    "reconcile_every_run", "report", "send_lot", "validate", "verdict", "write_back", "write_back_every_run",
]  # fmt: skip

logger = logging.getLogger(__name__)

_LOTS_MAX: Final = 1_000  # Airflow maps a task over 1,024 values at most (core.max_map_length)


@as_first_asked
def check_providers(request: Request) -> None:
    """See that each fournisseur this run may use can send; Misconfigured or TryLater says what to mend in the first.

    Blocked where our own database might forget what was sent.

    The first of each niveau, or the one that the run names, must be ready. Another that is not does not stop the day:
    its cure is logged, and its own sending fails with it where it has something to send.
    """
    policy = politique()
    par_niveau = sorties(request, policy)
    plume(policy).check({niveau: sortie.canal for niveau, sortie in par_niveau.items()})
    used = list(required_first(par_niveau))
    if request.simulation:
        logger.info("simulation : aucun fournisseur n'est utilisé")
        return
    with own_database():
        pass  # known to be ours before anything is asked of anybody
    require_durable()
    for fournisseur, required in used:
        try:
            _check(fournisseur)
        except ProviderError as error:
            if required:
                raise
            logger.error("%s n'est pas prêt, le passage continue — not ready, the run goes on: %s", fournisseur, error)  # noqa: TRY400 - its cure, not where it was raised


@as_first_asked
def extract(request: Request) -> int:
    """Stage the overdue creances of the request's day; returns how many."""
    policy = politique()
    source = source_of(request, policy)
    with (
        database(source.connexion, "extract", policy.base_fiscale) as etaxe,
        database(RELANCES, "extract") as relances,
    ):
        if not request.simulation:
            require_all_known(source, etaxe, relances)
        return extraction.extract(source, request, etaxe, relances, policy.selection.categories_exclues)


@as_first_asked
def validate(request: Request) -> int:
    """Check the staged creances; returns how many rows were set aside."""
    with database(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
        return validation.validate(relances, sqlalchemy_url(RELANCES), execution, politique(), _data_docs())


@as_first_asked
def create_relances(request: Request) -> int:
    """Create the relances of the run; returns how many are new."""
    with database(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
        regles = rules_of(request, politique(), relances)
        return creation.create_relances(relances, execution, regles, request.limite).relances


@as_first_asked
def approve(request: Request) -> bool:
    """Whether the run goes on to sending; a run that does not leaves its relances ``en_attente``."""
    if request.simulation:
        logger.info("simulation : rien ne sera envoyé ni reporté")
    elif not request.envoyer_automatiquement:
        logger.info("envoyer_automatiquement=false : les relances restent en attente ; relancez le Dag pour envoyer")
    return request.envoie


@as_first_asked
def plan_lots(request: Request, fournisseur: str) -> list[dict[str, str | int]]:
    """Cut what a fournisseur has left to send into lots, as ids fit for XCom; none of a run that does not send."""
    if not request.envoie:
        logger.info("ce passage n'envoie pas, quoi qu'il soit dit de la tâche approve")
        return []
    with own_database() as relances:
        execution = Executions(relances).get(request.run_id)
        Executions(relances).agree(execution)
        lots = Lots(relances).plan(execution, fournisseur, politique().envoi.taille_lot, _LOTS_MAX)
    logger.info("%s : %s lots à envoyer", fournisseur, len(lots))
    return [{"fournisseur": lot.fournisseur, "premier": lot.premier, "dernier": lot.dernier} for lot in lots]


@as_first_asked
def write_back(request: Request) -> int:
    """Show the results in the tax application; returns how many relances."""
    return 0 if request.simulation else write_back_every_run()


def write_back_every_run() -> int:
    """Show what is new where each source shows it, whichever run it is of; returns how many relances."""
    policy = politique()
    return sum(_write_back(Source(name), policy.base_fiscale) for name in (policy.source, CONTACTS))


@as_first_asked
def report(request: Request) -> str:
    """Store and return the report, in Markdown; Blocked when the balance equation does not hold."""
    with database(RELANCES) as relances:
        execution = Executions(relances).find(request.run_id)
        if execution is None:
            return "Le passage s'est arrêté avant l'extraction : voyez la première tâche en échec."
        bilan, text = reporting.report(relances, execution, wording())
    if not bilan.equilibre:
        logger.error("\n%s", text)
        raise Blocked(
            "le bilan n'est pas équilibré : des créances extraites ne sont ni relancées ni exclues ; voyez le "
            "rapport et la première tâche en échec, puis relancez-la",
            "the balance equation does not hold: see the report and the first failed task",
        )
    return text


@as_first_asked
def verdict(request: Request) -> None:
    """See by what is stored that the run did what it was asked; Blocked where a task was marked done and was not."""
    heures = politique().envoi.expiration_heures
    with database(RELANCES) as relances:
        judge(relances, Executions(relances).get(request.run_id), request, heures)


def _write_back(source: Source, limites: BaseFiscale) -> int:
    """A source that has nothing to show is not asked for its database."""
    with own_database("write_back") as relances:
        if not Reporting(relances).to_write_back(source.name, 0, 1):
            return 0
        with database(source.connexion, "write_back", limites) as etaxe:
            return results.write_back(source, etaxe, relances, limites)


def _check(fournisseur: str) -> None:
    asyncio.run(_check_with(hook_of(fournisseur)))
    logger.info("%s : prêt à envoyer", fournisseur)


async def _check_with(hook: MessagingHook) -> None:
    refuse_real_provider(hook)
    async with hook.open() as sender:
        await sender.check()


def _data_docs() -> Path:
    return Path(os.environ.get("RELANCES_DATA_DOCS", "data_docs")).absolute()
