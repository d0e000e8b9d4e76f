"""
### Relances quotidiennes

Chaque jour à 8 h (Libreville) : retrouve les contribuables en retard, vérifie leurs numéros, crée une relance
par contribuable, l'envoie par SMS ou par WhatsApp, vérifie ce qui est resté sans réponse, reporte les résultats dans
l'application fiscale et dresse le bilan.

Chaque fournisseur a sa voie (`plan_…`, `send_…`) et son pool, dont les places (Admin → Pools) bornent les lots envoyés
à la fois ; leur débit est commun, quels que soient leur nombre et leurs machines. Une file sans rien à envoyer est
sautée. Un fournisseur en panne est suspendu puis réessayé : ses lots attendent, ceux des autres partent. Juste avant
l'envoi d'un lot, les soldes sont relus : ce qui vient d'être payé est annulé, ce qui a diminué est récrit.

Hors de la fenêtre d'envoi de la politique, rien ne part : une tâche `send_…` est alors `up_for_reschedule`, sans
occuper de place, et reprend d'elle-même à l'ouverture ; le reste du passage l'attend. De même tant qu'un fournisseur
est suspendu, ou que les envois sont arrêtés (Dag `relances_arret`). Plusieurs passages peuvent tourner ensemble.

**Relancer sans crainte** : une tâche ou le Dag entier peut être relancé à tout moment ; personne n'est relancé
deux fois pour le même jour. Le rapport est dans le journal de la tâche `report` et dans son XCom.

Un passage en échec, ou pas encore fini au bout de quatre heures, est dit à la connexion `alertes`, si elle existe.

*Every day: extract overdue taxpayers, validate, create one reminder each, send by each provider in a voie of its own,
reconcile, write back, report. Any task may be run again: nobody is reminded twice for the same day.*
"""

from datetime import timedelta

from airflow.sdk import (
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    TriggerRule,
    dag,
    task,
)

from relances import orchestration
from relances.orchestration import callbacks
from relances.orchestration.formulaire import formulaire
from relances.rules.parametres import QUOTIDIENNES
from relances_providers.provider_info import PROVIDERS

# What hangs is ended, so that its retry begins: many times what a million creances take. A lot is never cut short: it
# is as long as its fournisseur's rate makes it. Nor soon, what sends again what is due.
LONGEST = timedelta(hours=1)
LONGEST_RECONCILIATION = timedelta(hours=6)

LOST_WORKERS = 10  # a lot goes on after each; what a fournisseur says is no failure of its task

ONLY_A_PERSON_CAN_MEND_IT = ExceptionRetryPolicy(
    rules=[
        RetryRule(["relances.rules.errors.Blocked", "relances_providers.errors.Misconfigured"], action=RetryAction.FAIL)
    ]
)

PARAMS = formulaire(QUOTIDIENNES)


@dag(
    # The first run is the next 8 o'clock: no start_date, and not Airflow's own limit, which lets the first run be as
    # late as a tenth of a day: who installs at 9 would write to everybody at once. A minute: the scheduler may be slow.
    schedule=CronTriggerTimetable("0 8 * * *", timezone="Africa/Libreville", run_immediately=timedelta(minutes=1)),
    catchup=False,
    # A manual run beside the scheduled one, and those that wait for their fournisseur or for the window: three days.
    max_active_runs=5,
    params=PARAMS,
    doc_md=__doc__,
    tags=["relances"],
    on_failure_callback=callbacks.run_failed,
    deadline=callbacks.late_after(timedelta(hours=4)),  # noon: the afternoon is left to mend it in the send window
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "retry_policy": ONLY_A_PERSON_CAN_MEND_IT,
        "execution_timeout": LONGEST,
    },
)
def relances_quotidiennes() -> None:
    @task
    def check_providers() -> None:
        """Jeton, expéditeur et accès du fournisseur. — Token, sender and reachability."""
        orchestration.jour.check_providers()

    @task
    def extract() -> int:
        """Créances en retard, copiées de l'application fiscale. — Overdue creances, copied."""
        return orchestration.jour.extract()

    @task
    def validate() -> int:
        """Contrôles great-expectations ; une ligne fautive est exclue. — Data quality."""
        return orchestration.jour.validate()

    @task
    def create_relances() -> int:
        """Une relance par contribuable, ou une raison par créance. — One reminder each, or a reason."""
        return orchestration.jour.create_relances()

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def approve() -> bool:
        """S'arrête ici si l'envoi n'est pas automatique. — Stops here unless sending is automatic."""
        return orchestration.jour.approve()

    @task
    def plan_lots(fournisseur: str) -> list[dict[str, str | int]]:
        """Partage ce qu'un fournisseur a encore à envoyer. — Shares out what a provider has left to send."""
        return orchestration.jour.plan_lots(fournisseur)

    @task(execution_timeout=None)
    def send_lot(fournisseur: str, premier: int, dernier: int) -> dict[str, int]:
        """Relit les soldes, réserve, appelle, règle ; attend la fenêtre d'envoi. — Balances, claim, call, settle."""
        return orchestration.jour.send_lot(fournisseur, premier, dernier)

    # In no pool: it comes after the voies of its run, and its retries share the rate of those of the others.
    @task.sensor(
        mode="reschedule",
        poke_interval=5,
        timeout=3600,
        execution_timeout=LONGEST_RECONCILIATION,
        trigger_rule=TriggerRule.ALL_DONE,
    )
    def reconcile() -> bool:
        """Tranche les doutes, suit les messages, reprend ce qui est dû. — Clears doubts, follows, retries."""
        return orchestration.jour.reconcile()

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def write_back() -> int:
        """Montre les résultats dans l'application fiscale. — Shows the results in the tax application."""
        return orchestration.jour.write_back()

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def report() -> str:
        """Bilan : chaque créance extraite à sa place. — Every extracted creance in its place."""
        return orchestration.jour.report()

    # A run is red when any task failed, whatever ran after it, or was marked as done and was not.
    @task(trigger_rule=TriggerRule.NONE_FAILED)
    def verdict() -> None:
        """Rougit le passage si une tâche a échoué, ou n'a pas été faite. — Red unless all was done."""
        orchestration.jour.verdict()

    checked, extracted, validated, created, approved = (
        check_providers(), extract(), validate(), create_relances(), approve()
    )  # fmt: skip
    reconciled, shown, reported, judged = reconcile(), write_back(), report(), verdict()
    checked >> extracted >> validated >> created >> approved
    for name in (provider.name for provider in PROVIDERS):
        lots = plan_lots.override(task_id=f"plan_{name}")(name)
        sent = send_lot.override(task_id=f"send_{name}", pool=name, retries=LOST_WORKERS).expand_kwargs(lots)
        approved >> lots
        sent >> reconciled
        [lots, sent] >> judged
    reconciled >> shown >> reported
    # Not approve: it skips what directly follows it, and a skipped verdict would hide a later failure.
    [checked, extracted, validated, created, reconciled, shown, reported] >> judged


relances_quotidiennes()
