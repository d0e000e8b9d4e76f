"""The day, step by step: one function for each task of the daily Dag, given an installation and what is asked.

Each takes the run up as its record says it is (see :mod:`relances.services.passages`), may run again at any moment, and
returns values. Blocked, and nothing done, where the run id stands for another request.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from relances.rules.causes import Explications
from relances.rules.errors import Blocked
from relances.rules.models import Statut
from relances.rules.passages import INCONNUE, Demande
from relances.rules.politique import BaseFiscale
from relances.rules.rapport import Rapport
from relances.rules.request import Request
from relances.sending.memory import rare_collections
from relances.services import creation, extraction, rondes, sending, validation
from relances.services import rapport as reporting
from relances.services import write_back as results
from relances.services.demonstration import refuse_real_provider
from relances.services.durabilite import require_durable
from relances.services.installation import RELANCES, Installation
from relances.services.passages import ask, execution_of, in_force, limites, record, take_up
from relances.services.repli import check_textes
from relances.services.restauration import compare
from relances.services.sending import Attente
from relances.services.sorties import required_first, rules_of, sorties
from relances.services.verdict import judge
from relances.store.executions import Executions
from relances.store.lots import Lots
from relances.store.rapport import Rapports
from relances.store.restauration import Marque
from relances.store.sending import Lot
from relances.store.sources import CONTACTS, Source
from relances_providers.errors import ProviderError

logger = logging.getLogger(__name__)

_LOTS_MAX: Final = 1_000  # Airflow maps a task over 1,024 values at most (core.max_map_length)


def check_providers(installation: Installation, request: Request, demande: Demande = INCONNUE) -> None:
    """See that each fournisseur this run may use can send; Misconfigured or TryLater says what to mend in the first.

    The texts of its relances are read, on the other canal that they may go on by too. Then write down in the record of
    the run what it is decided with. Blocked where our own database might forget what was sent. The first of each
    niveau, or the one that the run names, must be ready. Another that is not does not stop the day: its cure is logged,
    and its own sending fails with it where it has something to send.
    """
    passage = ask(installation, request)
    par_niveau = sorties(installation, passage)
    passage.plume.check({niveau: sortie.canal for niveau, sortie in par_niveau.items()})
    used = list(required_first(par_niveau))
    if passage.request.fournisseur is None:
        check_textes(installation, in_force(installation, passage.plume).dite, {fournisseur for fournisseur, _ in used})
    if passage.request.simulation:
        logger.info("simulation : aucun fournisseur n'est utilisé")
    else:
        with installation.notre_base():
            pass  # known to be ours before anything is asked of anybody
        require_durable(installation)
        for fournisseur, required in used:
            _check(installation, fournisseur, required=required)
    record(installation, passage, demande)


def extract(installation: Installation, request: Request, demande: Demande = INCONNUE) -> int:
    """Stage the overdue creances of the request's day; returns how many."""
    passage = record(installation, take_up(installation, request), demande)
    source, politique = passage.source, passage.politique
    with (
        installation.base(source.connexion, "extract", limites(installation, passage)) as etaxe,
        installation.base(RELANCES, "extract") as relances,
    ):
        if not passage.request.simulation:
            Marque(relances).require(installation.temoin)
            compare(source, etaxe, relances)
        exclues = politique.selection.categories_exclues
        return extraction.extract(source, passage.request, etaxe, relances, exclues)


def validate(installation: Installation, request: Request) -> int:
    """Check the staged creances; returns how many rows were set aside. TryAgain where its policy changed meanwhile."""
    passage = take_up(installation, request)
    url = validation.sqlalchemy_url(installation.conninfo(RELANCES))
    with installation.base(RELANCES) as relances:
        execution = execution_of(relances, passage)
        return validation.validate(relances, url, execution, passage.politique, installation.data_docs)


def create_relances(installation: Installation, request: Request) -> int:
    """Create the relances of the run; returns how many are new. TryAgain where its policy changed meanwhile."""
    passage = take_up(installation, request)
    with installation.base(RELANCES) as relances:
        execution = execution_of(relances, passage)
        regles = rules_of(installation, passage, relances)
        with rare_collections():
            return creation.create_relances(relances, execution, regles, passage.request.limite).relances


def approve(installation: Installation, request: Request) -> bool:
    """Whether the run goes on to sending; a run that does not leaves its relances ``en_attente``."""
    asked = take_up(installation, request).request
    if asked.simulation:
        logger.info("simulation : rien ne sera envoyé ni reporté")
    elif not asked.envoyer_automatiquement:
        logger.info("envoyer_automatiquement=false : les relances restent en attente ; relancez le Dag pour envoyer")
    return asked.envoie


def plan_lots(installation: Installation, request: Request, fournisseur: str) -> list[Lot]:
    """Cut what a fournisseur has left to send into lots; none of a run that does not send."""
    passage = take_up(installation, request)
    if not passage.request.envoie:
        logger.info("ce passage n'envoie pas, quoi qu'il soit dit de la tâche approve")
        return []
    with installation.notre_base() as relances:
        execution = Executions(relances).get(request.run_id)
        Executions(relances).agree(execution)
        lots = Lots(relances).plan(execution, fournisseur, passage.politique.envoi.taille_lot, _LOTS_MAX)
    logger.info("%s : %s lots à envoyer", fournisseur, len(lots))
    return lots


def send_lot(
    installation: Installation, request: Request, fournisseur: str, premier: int, dernier: int
) -> Mapping[Statut, int] | Attente:
    """Send one lot; returns how many relances ended in each state, or what the rest waits for, and until when."""
    return sending.send_lot(installation, take_up(installation, request), fournisseur, premier, dernier)


def reconcile(installation: Installation, request: Request) -> bool:
    """Clear doubts, follow messages, send again what is due; whether nothing more can be waited for."""
    return rondes.reconcile(installation, take_up(installation, request))


def reconcile_every_run(installation: Installation) -> None:
    """Clear doubts, follow messages and send again what is due, for every run, by the policy in force."""
    rondes.reconcile_every_run(installation)


def write_back(installation: Installation, request: Request) -> int:
    """Show the results in the tax application; returns how many relances."""
    passage = take_up(installation, request)
    if passage.request.simulation:
        return 0
    return _write_back(installation, passage.politique.source, limites(installation, passage))


def write_back_every_run(installation: Installation) -> int:
    """Show what is new where each source shows it, whichever run it is of; returns how many relances."""
    politique = installation.politique()
    return _write_back(installation, politique.source, politique.base_fiscale)


def report(installation: Installation, request: Request, write: Callable[[Rapport, Explications], str]) -> str | None:
    """Store and return the report, as ``write`` puts it in words; None where the run never came to its extraction.

    Blocked when the balance equation does not hold.
    """
    passage = take_up(installation, request)
    with installation.base(RELANCES) as relances:
        execution = Executions(relances).find(request.run_id)
        if execution is None:
            return None
        said = reporting.wording(installation, passage.consignes, note=passage.note)
        bilan, text = reporting.report(relances, execution, said, write)
    if not bilan.equilibre:
        logger.error("\n%s", text)
        raise Blocked(
            "le bilan n'est pas équilibré : des créances extraites ne sont ni relancées ni exclues ; voyez le "
            "rapport et la première tâche en échec, puis relancez-la",
            "the balance equation does not hold: see the report and the first failed task",
        )
    return text


def verdict(installation: Installation, request: Request) -> None:
    """See by what is stored that the run did what it was asked; Blocked where a task was marked done and was not."""
    passage = take_up(installation, request)
    with installation.base(RELANCES) as relances:
        execution = Executions(relances).get(request.run_id)
        judge(relances, execution, passage.request, passage.politique.envoi.expiration_heures)


def _check(installation: Installation, fournisseur: str, *, required: bool) -> None:
    try:
        asyncio.run(_try_to_open(installation, fournisseur))
    except ProviderError as error:
        if required:
            raise
        logger.error("%s n'est pas prêt, le passage continue — not ready, the run goes on: %s", fournisseur, error)  # noqa: TRY400 - its cure, not where it was raised
    else:
        logger.info("%s : prêt à envoyer", fournisseur)


async def _try_to_open(installation: Installation, fournisseur: str) -> None:
    hook = installation.hook(fournisseur)
    refuse_real_provider(installation, hook)
    async with hook.open() as sender:
        await sender.check()


def _write_back(installation: Installation, source: str, limites: BaseFiscale) -> int:
    return sum(_show(installation, Source(name), limites) for name in (source, CONTACTS))


def _show(installation: Installation, source: Source, limites: BaseFiscale) -> int:
    """Show the results of one source; its database is opened only where there is something to show."""
    with installation.notre_base("write_back") as relances:
        if not Rapports(relances).to_write_back(source.name, 0, 1):
            return 0
        with installation.base(source.connexion, "write_back", limites) as etaxe:
            return results.write_back(source, etaxe, relances, limites)
