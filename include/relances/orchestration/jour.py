"""The tasks of the day: who asks, in which run; what a lot waits for; what XCom may hold. No work of their own."""

import logging
from typing import Final, TypeAlias

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowRescheduleException

from relances.orchestration.installation import installation
from relances.rendering.rapport import rapport
from relances.rules.fenetre import LIBREVILLE, in_words
from relances.rules.passages import Demande, Moyen
from relances.rules.request import Request
from relances.sending.phases import Halte
from relances.services import jour
from relances.services.sending import Attente

logger = logging.getLogger(__name__)

Xcom: TypeAlias = dict[str, str | int]

_ON_SCHEDULE: Final = ("scheduled", "backfill")  # to compare with: Airflow's own are of an enum, whose hash is another
_WHY: Final = {
    Halte.FERMEE: "hors des heures d'envoi",
    Halte.SUSPENDUE: "en panne et suspendu",
    Halte.ARRETEE: "envois arrêtés par une personne, jusqu'à ce qu'elle les reprenne (relances_arret)",
    Halte.TENUE: "des relances sont tenues par un autre traitement",
    Halte.TOUR: "un autre envoi est en cours, le lot attend son tour",
}


def check_providers() -> None:
    """The task: see that the fournisseurs can send, and write down what the run is decided with."""
    jour.check_providers(installation(), current_request(), current_demande())


def extract() -> int:
    """The task: stage the overdue creances; returns how many."""
    return jour.extract(installation(), current_request(), current_demande())


def validate() -> int:
    """The task: check the staged creances; returns how many rows were set aside."""
    return jour.validate(installation(), current_request())


def create_relances() -> int:
    """The task: create the relances; returns how many are new."""
    return jour.create_relances(installation(), current_request())


def approve() -> bool:
    """The task: whether the run goes on to sending."""
    return jour.approve(installation(), current_request())


def plan_lots(fournisseur: str) -> list[Xcom]:
    """The task: the lots of a fournisseur, as ids fit for XCom."""
    lots = jour.plan_lots(installation(), current_request(), fournisseur)
    return [{"fournisseur": lot.fournisseur, "premier": lot.premier, "dernier": lot.dernier} for lot in lots]


def send_lot(fournisseur: str, premier: int, dernier: int) -> dict[str, int]:
    """The task: send one lot; returns how many relances ended in each state.

    Raises AirflowRescheduleException where something holds it up. The task comes back later, and holds no worker and no
    place of its pool meanwhile.
    """
    sent = jour.send_lot(installation(), current_request(), fournisseur, premier, dernier)
    if isinstance(sent, Attente):
        raise come_back(fournisseur, sent)
    return {statut.value: count for statut, count in sent.items()}


def reconcile() -> bool:
    """The task: clear doubts, follow messages, send again what is due; whether nothing more can be waited for."""
    return jour.reconcile(installation(), current_request())


def reconcile_every_run() -> None:
    """The task of the reconciliation Dag: reconcile the relances of every run."""
    jour.reconcile_every_run(installation())


def write_back() -> int:
    """The task: show the results in the tax application; returns how many relances."""
    return jour.write_back(installation(), current_request())


def write_back_every_run() -> int:
    """The task of the other Dag: show what is new, whichever run it is of; returns how many relances."""
    return jour.write_back_every_run(installation())


def report() -> str:
    """The task: store and return the report, in Markdown."""
    text = jour.report(installation(), current_request(), rapport)
    return text or "Le passage s'est arrêté avant l'extraction : voyez la première tâche en échec."


def verdict() -> None:
    """The task: see by what is stored that the run did what it was asked."""
    jour.verdict(installation(), current_request())


def current_request() -> Request:
    """The request of the Airflow run under way: its parameters, and the day it was due to start in Libreville."""
    context = get_current_context()
    run = context["dag_run"]
    return Request.of(str(run.run_id), dict(context["params"]), run.run_after.astimezone(LIBREVILLE).date())


def current_demande() -> Demande:
    """Who asked for the run under way, as far as Airflow says: nobody, of a run of its schedule."""
    run = get_current_context()["dag_run"]
    return demande_of(run.run_type, run.triggering_user_name)


def demande_of(run_type: str, user: str | None) -> Demande:
    """What Airflow's words for a run say of who asked for it."""
    return Demande(Moyen.CALENDRIER) if run_type in _ON_SCHEDULE else Demande(Moyen.AIRFLOW, user)


def come_back(fournisseur: str, attente: Attente) -> AirflowRescheduleException:
    """The exception by which Airflow brings the task back when its lot is worth trying again."""
    why = _WHY[attente.halte]
    logger.info("%s : %s ; le reste du lot attend et revient le %s", fournisseur, why, in_words(attente.jusqu_a))
    return AirflowRescheduleException(attente.jusqu_a)  # type: ignore[no-untyped-call]
