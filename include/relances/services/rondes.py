"""Clears doubts, follows messages, finds other ways, sends again what is due: for one run, or for every run.

What turns out to be a fault of an account holds its voie up and is raised at the end, once the others are served.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psycopg

from relances.rules.errors import Blocked, PipelineError
from relances.rules.politique import Politique
from relances.rules.redaction import Plume
from relances.sending.worker import now
from relances.services import reconciliation
from relances.services.alertes import Doubles, VoieReprise, VoieSuspendue
from relances.services.comptes import Compte
from relances.services.installation import Installation
from relances.services.passages import Passage, in_force, policy_in_force
from relances.services.repli import reach_otherwise
from relances.services.sending import send_again
from relances.store.comptes import list_faulty
from relances.store.executions import Execution, Executions
from relances.store.incertaines import Incertaines
from relances_providers.messaging import Gateway

logger = logging.getLogger(__name__)

_SECONDS_IN_A_RUN: Final = 10.0  # to follow messages by a fournisseur: a run does not wait for them
_SECONDS_IN_A_PASS: Final = 60.0


def reconcile(installation: Installation, passage: Passage) -> bool:
    """Clear what can be cleared, ask what became of messages and send again what is due.

    True when nothing more can be waited for; deliveries never are. Raises Misconfigured where an account turns out to
    be at fault, Blocked where one that did before holds relances of this run up: it is red, whoever learnt it.
    """
    request = passage.request
    if request.simulation:
        return True
    en_vigueur, hooks = policy_in_force(installation, passage.politique), installation.connectes()
    politique = en_vigueur.dite
    with installation.notre_base() as relances:
        execution = Executions(relances).find(request.run_id)
        passe = reconciliation.reconcile(relances, hooks, politique.envoi, _SECONDS_IN_A_RUN)
        _tell(installation, passe.comptes)
        if execution is None:
            return True
        if request.envoyer_automatiquement:
            _go_on(installation, relances, hooks, politique, lambda: in_force(installation, passage.plume).dite)
        _blame(passe.comptes)
        _refuse_faulty(relances, execution)
        # They are sent by the hours in force; how long the run waits for them is its own.
        open_now = installation.fenetre(politique).closing(now()) is not None
        over = _is_over(relances, execution, passage.politique.envoi.attente_reconciliation, reprises=open_now)
    if over:
        en_vigueur.said()  # once, not each time that the run looks again
    return over


def reconcile_every_run(installation: Installation) -> None:
    """Reconcile the relances of every run, whatever its day, with time to ask about all their messages."""
    politique, hooks = installation.politique(), installation.connectes()
    with installation.notre_base() as relances:
        passe = reconciliation.reconcile(relances, hooks, politique.envoi, _SECONDS_IN_A_PASS)
        if passe.doubles:
            installation.alerter(Doubles({double.relance_id for double in passe.doubles}))
        Incertaines(relances).mark_told(passe.doubles)  # last: better told twice than never
        _tell(installation, passe.comptes)
        _go_on(installation, relances, hooks, politique, installation.plume)
        _blame(passe.comptes)


def _is_over(relances: psycopg.Connection, execution: Execution, patience: float, *, reprises: bool) -> bool:
    """Whether the run waits for nothing more, or has waited long enough. ``reprises``: what is due may be sent now."""
    unsettled = Incertaines(relances).unsettled(execution, patience)
    logger.info(
        "incertaines %s, en cours %s, à reprendre %s", unsettled.incertaines, unsettled.en_cours, unsettled.a_reprendre
    )
    return not unsettled.any(reprises=reprises) or unsettled.attente > patience


def _refuse_faulty(relances: psycopg.Connection, execution: Execution) -> None:
    for fournisseur, motif in list_faulty(relances, execution).items():
        french, _, english = motif.rpartition(" — ")
        raise Blocked(f"{fournisseur} : des relances attendent la correction du compte : {french}", english)


def _tell(installation: Installation, accounts: Sequence[Compte]) -> None:
    """Tell what accounts changed of their voies: once when one is held up, once when it is freed."""
    for account in accounts:
        if account.tenue is not None and account.tenue.nouvelle:
            installation.alerter(VoieSuspendue(account.fournisseur, account.motif, account.tenue.jusqu_au))
        if account.guerie_de is not None:
            installation.alerter(VoieReprise(account.fournisseur, account.guerie_de))


def _blame(accounts: Sequence[Compte]) -> None:
    """Raise what an account is at fault of, for the first of them."""
    for account in accounts:
        if account.faute is not None:
            raise account.faute


def _go_on(
    installation: Installation,
    relances: psycopg.Connection,
    hooks: Mapping[str, Gateway],
    politique: Politique,
    plume: Callable[[], Plume],
) -> None:
    """Find other ways, then send again; what is wrong with the first does not hold up the second.

    ``plume``: reads the texts in force, which only another way needs.
    """
    trouble: PipelineError | None = None
    try:
        if politique.envoi.repli.autre_canal:
            reach_otherwise(installation, relances, hooks, plume())
    except PipelineError as error:
        trouble = error
    send_again(installation, relances, hooks, politique)
    if trouble is not None:
        raise trouble
