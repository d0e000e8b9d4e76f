"""Sends lots: those of a run, and what is due again of every run."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final, assert_never

import psycopg

from relances.rules.errors import Blocked, PipelineError
from relances.rules.fenetre import in_words
from relances.rules.models import Canal, Statut
from relances.rules.politique import BaseFiscale, Envoi, Politique
from relances.rules.soldes import EnAttente, Relecture
from relances.sending.memory import rare_collections
from relances.sending.restauration import refuse_forgotten
from relances.sending.soldes import Lecture
from relances.sending.traffic import Nouvelles
from relances.sending.worker import Halte, LotReport, LotSender, lease, now
from relances.services.alertes import VoieReprise, VoieSuspendue
from relances.services.demonstration import refuse_real_provider
from relances.services.durabilite import require_durable
from relances.services.fournisseurs import chemin_of, known_provider
from relances.services.installation import RELANCES, Installation
from relances.services.passages import Passage, Plumes, in_force, policy_in_force
from relances.services.soldes import Lecteur
from relances.store.database import explained
from relances.store.executions import Executions
from relances.store.lots import Lots
from relances.store.sending import Lot, LotStore
from relances.store.turns import take_turn
from relances.store.voies import held_up
from relances_providers.errors import ProviderError
from relances_providers.messaging import Gateway

logger = logging.getLogger(__name__)

_STOPPED_FOR: Final = timedelta(seconds=45)  # between two looks whether a person resumed the sending
_SUSPENDED_FOR: Final = timedelta(minutes=5)  # the same, where the voie would be tried again much later
_NEXT_TURN: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Attente:
    """What is left of a lot waits. ``jusqu_a``: when it is worth coming back."""

    halte: Halte
    jusqu_a: datetime


def send_lot(
    installation: Installation, passage: Passage, fournisseur: str, premier: int, dernier: int
) -> Mapping[Statut, int] | Attente:
    """Send one lot of a run; returns how many relances ended in each state, or what the rest waits for.

    By the policy of the run, but for the send window and what is taken of the tax base, which are those in force: who
    closes the office for a day means what leaves from now on. Blocked where the run does not send, or has no such lot.
    """
    if not passage.request.envoie:
        raise Blocked(
            "ce passage n'envoie pas (simulation, ou envoyer_automatiquement=false) ; déclenchez-en un qui envoie",
            "this run does not send: trigger one that does",
        )
    with installation.notre_base() as relances:
        execution = Executions(relances).get(passage.request.run_id)
        lot = Lot(execution.source, execution.occasion, fournisseur, premier, dernier)
        if not Lots(relances).exists(lot):
            raise Blocked(
                f"le lot {fournisseur} {premier}-{dernier} n'existe pas pour ce passage ; relancez la tâche "
                f"plan_{fournisseur}, qui les compte",
                "no relance of this run is in that lot: run the planning task again",
            )
    en_vigueur = policy_in_force(installation, passage.politique).said()
    politique = replace(passage.politique, fenetre=en_vigueur.fenetre)
    report = send(installation, lot, politique, en_vigueur.base_fiscale)
    if report.halte is None:
        return report.statuts
    return Attente(report.halte, _until(installation, politique, report.halte, report.attente))


def send_again(
    installation: Installation, relances: psycopg.Connection, hooks: Mapping[str, Gateway], politique: Politique
) -> None:
    """Send what is due of what was already tried, of every run, while the send window is open.

    ``politique``: the one in force, whatever each run was decided with: a tax office that shortens its hours or slows
    its sending down means what leaves from now on. What a relance says is of its own run. The trouble of a fournisseur
    is raised once the others' retries are sent too.
    """
    fenetre, envoi = installation.fenetre(politique), politique.envoi
    troubles = list[ProviderError | PipelineError]()
    if fenetre.closing(now()) is None:
        logger.info("hors des heures d'envoi : les reprises attendent le %s", in_words(fenetre.next_opening(now())))
        return
    for fournisseur in hooks:
        for lot in Lots(relances).plan_retries(fournisseur, envoi.jours_suivi, envoi.taille_lot):
            try:
                report = send(installation, lot, politique, politique.base_fiscale)
            except (ProviderError, PipelineError) as error:
                troubles.append(error)
                break
            if report.halte is not None:
                logger.info("%s : les reprises attendent le prochain passage", fournisseur)
                break
    if troubles:
        raise troubles[0]


def send(installation: Installation, lot: Lot, politique: Politique, limites: BaseFiscale) -> LotReport:
    """Read the balances of a lot again, then send it; neither, where something holds its voie up."""
    fermeture = installation.fenetre(politique).closing(now())
    if fermeture is None:
        return LotReport({}, Halte.FERMEE)
    require_durable(installation)
    with installation.notre_base() as relances:
        obstacle = held_up(relances, lot.fournisseur)
    if obstacle.arretee:
        return LotReport({}, Halte.ARRETEE)
    if obstacle.suspendue:
        logger.info("%s : %s", lot.fournisseur, obstacle.motif)
        return LotReport({}, Halte.SUSPENDUE, obstacle.suspendue)
    with ExitStack() as turn:
        if known_provider(lot.fournisseur).lots_at_once == 1:
            own = turn.enter_context(installation.base(RELANCES))
            if not take_turn(own, lot.fournisseur):
                return LotReport({}, Halte.TOUR)
        hook = installation.hook(lot.fournisseur)
        lecteur = Lecteur(installation, lot, limites, partial(_redacteur, installation, lot))
        lecture = Lecture(lecteur.beside, lecteur.stop, lecteur.before(), limites.soldes_max)
        with rare_collections(), explained(RELANCES):
            outcome, worker = asyncio.run(
                _send_with(installation, hook, lot, politique.envoi, fermeture=fermeture, lecture=lecture)
            )
    _tell(installation, lot.fournisseur, worker.nouvelles)
    if isinstance(outcome, Exception):
        raise outcome
    logger.info("lot %s %s-%s : %s", lot.fournisseur, lot.premier, lot.dernier, outcome)
    return outcome


def _until(installation: Installation, politique: Politique, halte: Halte, attente: float) -> datetime:
    match halte:
        case Halte.FERMEE:
            return installation.fenetre(politique).next_opening(now())
        case Halte.SUSPENDUE:
            return now() + min(timedelta(seconds=attente), _SUSPENDED_FOR)
        case Halte.TENUE | Halte.TOUR:
            return now() + _NEXT_TURN
        case Halte.ARRETEE:
            return now() + _STOPPED_FOR
        case _:
            assert_never(halte)


def _tell(installation: Installation, fournisseur: str, nouvelles: Nouvelles) -> None:
    """Tell what is new of a voie: the first pause in a row, and the end of its troubles."""
    suspension = nouvelles.suspension
    if suspension is not None and suspension.suspensions == 1:
        installation.alerter(VoieSuspendue(fournisseur, suspension.motif, suspension.jusqu_au))
    if nouvelles.guerie_de is not None:
        installation.alerter(VoieReprise(fournisseur, nouvelles.guerie_de))


def _redacteur(installation: Installation, lot: Lot, relances: psycopg.Connection) -> Callable[[EnAttente], Relecture]:
    """Each relance is written again by the policy and the texts of the run that created it.

    By those in force, which moved it there, where it goes on by another canal; and where the record of its run says
    nothing of this fournisseur or of its canal.
    """
    provider, plumes = known_provider(lot.fournisseur), Plumes(installation, relances)

    @cache
    def relecture(execution_id: int, deplacee: bool) -> Relecture:
        plume = plumes.of(execution_id)
        if deplacee or not plume.knows(Canal(provider.channel), provider.name):
            plume = in_force(installation, plume).said()
        return Relecture(plume, chemin_of(installation, provider, plume.politique))

    return lambda relance: relecture(relance.execution_id, relance.deplacee)


async def _send_with(
    installation: Installation, hook: Gateway, lot: Lot, envoi: Envoi, *, fermeture: datetime, lecture: Lecture
) -> tuple[LotReport | ProviderError | PipelineError, LotSender]:
    """How the lot ended, and who sent it: what it saw of its voie is to be told, a lot cut short included."""
    refuse_real_provider(installation, hook)
    limits = hook.limits
    store = LotStore(
        installation.conninfo(RELANCES),
        lot,
        lease(limits),
        hook.account,
        envoi.expiration_heures,
        soldes_max=lecture.soldes_max,
        temoin=installation.temoin,
    )
    by_segment, parent = hook.capabilities.billed_by_segment, os.getppid()
    async with hook.open() as sender, store:
        if hook.capabilities.can_find and not lot.reprise:
            with installation.notre_base() as relances:
                await refuse_forgotten(sender, lot, relances)
        worker = LotSender(
            store,
            sender,
            limits,
            envoi,
            fermeture,
            par_segment=by_segment,
            # The supervisor of a task may be killed alone: Airflow then starts the task anew beside this process.
            wanted=lambda: os.getppid() == parent,
            lecture=lecture,
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
