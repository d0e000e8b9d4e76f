"""Clears doubts, follows messages, finds other ways, sends again what is due: for one run, or for every run.

What turns out to be a fault of an account holds its lane up and is raised at the end, once the others are served.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

import psycopg

from relances.orchestration import alertes
from relances.orchestration.demonstration import send_window
from relances.orchestration.passages import as_first_asked
from relances.orchestration.politique import politique
from relances.orchestration.providers import connected
from relances.orchestration.repli import change_ways
from relances.orchestration.restauration import own_database
from relances.orchestration.sending import send_again
from relances.rules.errors import Blocked, PipelineError
from relances.rules.politique import Politique
from relances.rules.request import Request
from relances.sending.worker import now
from relances.services import reconciliation
from relances.services.accounts import Account
from relances.store.accounts import list_faulty
from relances.store.doutes import Doubts
from relances.store.executions import Executions
from relances_providers.messaging import MessagingHook

logger = logging.getLogger(__name__)

_SECONDS_IN_A_RUN: Final = 10.0  # to follow messages by a fournisseur: a run does not wait for them
_SECONDS_IN_A_PASS: Final = 60.0


@as_first_asked
def reconcile(request: Request) -> bool:
    """Clear what can be cleared, ask what became of messages and send again what is due.

    True when nothing more can be waited for; deliveries never are. Raises Misconfigured where an account turns out to
    be at fault, Blocked where one that did before holds relances of this run up: it is red, whoever learnt it.
    """
    if request.simulation:
        return True
    policy, hooks = politique(), connected()
    envoi = policy.envoi
    with own_database() as relances:
        execution = Executions(relances).find(request.run_id)
        passe = reconciliation.reconcile(relances, hooks, envoi, _SECONDS_IN_A_RUN)
        _tell(passe.accounts)
        if execution is None:
            return True
        if request.envoyer_automatiquement:
            _go_on(relances, hooks, policy)
        _blame(passe.accounts)
        for fournisseur, motif in list_faulty(relances, execution).items():
            french, _, english = motif.rpartition(" — ")
            raise Blocked(f"{fournisseur} : des relances attendent la correction du compte : {french}", english)
        unsettled = Doubts(relances).unsettled(execution, envoi.attente_reconciliation)
        waited_for = unsettled.any(reprises=send_window(policy).closing(now()) is not None)
    logger.info(
        "incertaines %s, en cours %s, à reprendre %s", unsettled.incertaines, unsettled.en_cours, unsettled.a_reprendre
    )
    return not waited_for or unsettled.attente > envoi.attente_reconciliation


def reconcile_every_run() -> None:
    """The same for the relances of every run, whatever its day, and with the time to ask of all their messages."""
    policy, hooks = politique(), connected()
    with own_database() as relances:
        passe = reconciliation.reconcile(relances, hooks, policy.envoi, _SECONDS_IN_A_PASS)
        alertes.doubled({double.relance_id for double in passe.doubles})
        Doubts(relances).mark_told(passe.doubles)  # last: better told twice than never
        _tell(passe.accounts)
        _go_on(relances, hooks, policy)
        _blame(passe.accounts)


def _tell(accounts: Sequence[Account]) -> None:
    """Of the lanes, what their accounts changed: once when one is held up, once when it is freed."""
    for account in accounts:
        if account.tenue is not None and account.tenue.nouvelle:
            alertes.lane_paused(account.fournisseur, account.motif, account.tenue.jusqu_au)
        if account.guerie_de is not None:
            alertes.lane_back(account.fournisseur, account.guerie_de)


def _blame(accounts: Sequence[Account]) -> None:
    """Raise what an account is at fault of, for the first of them."""
    for account in accounts:
        if account.faute is not None:
            raise account.faute


def _go_on(relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], policy: Politique) -> None:
    """Find other ways, then send again; what is wrong with the first does not hold up the second."""
    trouble: PipelineError | None = None
    try:
        change_ways(relances, hooks, policy)
    except PipelineError as error:
        trouble = error
    send_again(relances, hooks, policy)
    if trouble is not None:
        raise trouble
