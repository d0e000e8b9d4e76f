"""Sends lots: those of a run, one task each, and what is due again of every run."""

import asyncio
import logging
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Final, assert_never

import psycopg
from airflow.sdk.exceptions import AirflowRescheduleException

from relances.orchestration import alertes
from relances.orchestration.connections import RELANCES, conninfo, database
from relances.orchestration.demonstration import refuse_real_provider, send_window
from relances.orchestration.durabilite import require_durable
from relances.orchestration.passages import as_first_asked
from relances.orchestration.politique import plume, politique
from relances.orchestration.providers import chemin_of, hook_of, known_provider
from relances.orchestration.restauration import own_database, temoin
from relances.rules.errors import Blocked, PipelineError
from relances.rules.fenetre import in_words
from relances.rules.politique import Politique
from relances.rules.request import Request
from relances.rules.soldes import Relecture
from relances.sending.memory import rare_collections
from relances.sending.restauration import refuse_forgotten
from relances.sending.traffic import Halte
from relances.sending.worker import LotReport, LotSender, lease, now
from relances.services import soldes
from relances.store.database import explained
from relances.store.executions import Executions
from relances.store.lots import Lots
from relances.store.sending import Lot, LotStore
from relances.store.sources import Source
from relances.store.turns import take_turn
from relances.store.voies import Suspension, held_up
from relances_providers.errors import ProviderError
from relances_providers.messaging import MessagingHook

logger = logging.getLogger(__name__)

_STOPPED_FOR: Final = timedelta(seconds=45)  # between two looks whether a person resumed the sending
_SUSPENDED_FOR: Final = timedelta(minutes=5)  # the same, where the lane would be tried again much later
_NEXT_TURN: Final = timedelta(seconds=15)


@as_first_asked
def send_lot(request: Request, fournisseur: str, premier: int, dernier: int) -> dict[str, int]:
    """Send one lot; returns how many relances ended in each state.

    Raises AirflowRescheduleException where something holds it up: the send window, a fournisseur in trouble, a person
    who stopped the sending. The task comes back later, and holds no worker and no place of its pool meanwhile.
    """
    if not request.envoie:
        raise Blocked(
            "ce passage n'envoie pas (simulation, ou envoyer_automatiquement=false) ; déclenchez-en un qui envoie",
            "this run does not send: trigger one that does",
        )
    policy = politique()
    with own_database() as relances:
        execution = Executions(relances).get(request.run_id)
        lot = Lot(execution.source, execution.occasion, fournisseur, premier, dernier)
        if not Lots(relances).exists(lot):
            raise Blocked(
                f"le lot {fournisseur} {premier}-{dernier} n'existe pas pour ce passage ; relancez la tâche "
                f"plan_{fournisseur}, qui les compte",
                "no relance of this run is in that lot: run the planning task again",
            )
    report = send(lot, policy)
    if report is None:
        raise _come_back(now() + _NEXT_TURN, f"{fournisseur} : un autre envoi est en cours, le lot attend son tour")
    match report.halte:
        case None:
            return {statut.value: count for statut, count in report.statuts.items()}
        case Halte.FERMEE:
            raise _come_back(send_window(policy).next_opening(now()), f"{fournisseur} : hors des heures d'envoi")
        case Halte.SUSPENDUE:
            until = now() + min(timedelta(seconds=report.attente), _SUSPENDED_FOR)
            raise _come_back(until, f"{fournisseur} est en panne et suspendu")
        case Halte.TENUE:
            raise _come_back(now() + _NEXT_TURN, f"{fournisseur} : des relances sont tenues par un autre traitement")
        case Halte.ARRETEE:
            why = f"{fournisseur} : envois arrêtés par une personne, jusqu'à ce qu'elle les reprenne (relances_arret)"
            raise _come_back(now() + _STOPPED_FOR, why)
        case _:
            assert_never(report.halte)


def send_again(relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], policy: Politique) -> None:
    """Send what is due of what was already tried, of every run, while the send window is open.

    The trouble of a fournisseur is raised once the others' retries are sent too.
    """
    fenetre, envoi, troubles = send_window(policy), policy.envoi, list[ProviderError | PipelineError]()
    if fenetre.closing(now()) is None:
        logger.info("hors des heures d'envoi : les reprises attendent le %s", in_words(fenetre.next_opening(now())))
        return
    for fournisseur in hooks:
        for lot in Lots(relances).plan_retries(fournisseur, envoi.jours_suivi, envoi.taille_lot):
            try:
                report = send(lot, policy)
            except (ProviderError, PipelineError) as error:
                troubles.append(error)
                break
            if report is None or report.halte is not None:
                logger.info("%s : les reprises attendent le prochain passage", fournisseur)
                break
    if troubles:
        raise troubles[0]


def send(lot: Lot, policy: Politique) -> LotReport | None:
    """Read the balances of a lot again, then send it; neither, where something holds its lane up.

    None where only one may send by its fournisseur at a time, and somebody does.
    """
    if send_window(policy).closing(now()) is None:
        return LotReport({}, Halte.FERMEE)
    require_durable()
    with own_database() as relances:
        obstacle = held_up(relances, lot.fournisseur)
    if obstacle.arretee:
        return LotReport({}, Halte.ARRETEE)
    if obstacle.suspendue:
        logger.info("%s : %s", lot.fournisseur, obstacle.motif)
        return LotReport({}, Halte.SUSPENDUE, obstacle.suspendue)
    with ExitStack() as turn:
        if known_provider(lot.fournisseur).lots_at_once == 1:
            own = turn.enter_context(database(RELANCES))
            if not take_turn(own, lot.fournisseur):
                return None
        hook = hook_of(lot.fournisseur)
        _read_again(lot, policy)
        with rare_collections(), explained(RELANCES):
            outcome, worker = asyncio.run(_send_with(hook, lot, policy))
    _tell(lot.fournisseur, worker.suspension, worker.guerie_de)
    if isinstance(outcome, Exception):
        raise outcome
    logger.info("lot %s %s-%s : %s", lot.fournisseur, lot.premier, lot.dernier, outcome)
    return outcome


def _tell(fournisseur: str, suspension: Suspension | None, guerie_de: datetime | None) -> None:
    """Of a lane, what is new: the first pause of a row, and the end of its troubles."""
    if suspension is not None and suspension.suspensions == 1:
        alertes.lane_paused(fournisseur, suspension.motif, suspension.jusqu_au)
    if guerie_de is not None:
        alertes.lane_back(fournisseur, guerie_de)


def _come_back(moment: datetime, why: str) -> AirflowRescheduleException:
    logger.info("%s ; le reste du lot attend et revient le %s", why, in_words(moment))
    return AirflowRescheduleException(moment)  # type: ignore[no-untyped-call]


def _read_again(lot: Lot, policy: Politique) -> None:
    source = Source(lot.source)
    relecture = Relecture(plume(policy), chemin_of(known_provider(lot.fournisseur), policy))
    with (
        database(RELANCES, "soldes") as relances,
        database(source.connexion, "soldes", policy.base_fiscale) as etaxe,
    ):
        soldes.read_again(lot, source, etaxe, relances, relecture)


async def _send_with(
    hook: MessagingHook, lot: Lot, policy: Politique
) -> tuple[LotReport | ProviderError | PipelineError, LotSender]:
    """How the lot ended, and who sent it: what it saw of its lane is to be told, a lot cut short included."""
    refuse_real_provider(hook)
    envoi, limits = policy.envoi, hook.limits
    store = LotStore(conninfo(RELANCES), lot, lease(limits), hook.account, envoi.expiration_heures, temoin=temoin())
    by_segment, parent = hook.capabilities.billed_by_segment, os.getppid()
    async with hook.open() as sender, store:
        if hook.capabilities.can_find and not lot.reprise:
            with own_database() as relances:
                await refuse_forgotten(sender, lot, relances)
        worker = LotSender(
            store,
            sender,
            limits,
            envoi,
            send_window(policy),
            par_segment=by_segment,
            # The supervisor of a task may be killed alone: Airflow then starts the task anew beside this process.
            wanted=lambda: os.getppid() == parent,
        )
        with _ending_well(worker):
            try:
                return await worker.run(), worker
            except (ProviderError, PipelineError) as error:
                return error, worker


@contextmanager
def _ending_well(worker: LotSender) -> Iterator[None]:
    """A deployment lets the calls in flight end instead of leaving them in doubt."""
    before = signal.getsignal(signal.SIGTERM)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    try:
        yield
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
