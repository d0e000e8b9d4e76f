"""
### Réconciliation

Tous les quarts d'heure : tranche les envois restés sans réponse, demande aux fournisseurs qui le disent ce que sont
devenus les messages, annule ce qui n'est pas parti à temps, renvoie ce qui est dû de tous les jours encore suivis
(pendant la fenêtre d'envoi, et d'après les soldes du moment), puis reporte les résultats dans l'application fiscale. À
laisser actif à côté de `relances_quotidiennes`, qui n'attend pas les livraisons.

**Relancer sans crainte** : il peut tourner à côté des passages quotidiens, dont il partage le débit ; par Zoom, un seul
envoie à la fois, les renvois des autres sont pour un passage suivant.

Une faute du compte que le fournisseur ne dit qu'après coup (compte WhatsApp désactivé par Meta : 63112) met ce passage
en échec et suspend la voie, avec le remède ; les relances reviennent en attente et repartent une fois la voie reprise.

Le premier d'une suite de passages en échec, ou un passage de plus d'une heure, est dit à la connexion `alertes`, si
elle existe ; de même, une fois, une relance partie deux fois.

*Every quarter of an hour: clear doubts, ask what became of messages, send again what is due, write back. It may run
beside the daily Dag's runs and shares their rate; by Zoom, one of them sends at a time.*
"""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import CronTriggerTimetable, TriggerRule, dag, task

from relances import orchestration
from relances.orchestration import callbacks

# What hangs is ended, so that the next pass begins; not soon, what sends again what is due.
LONGEST = timedelta(hours=1)
LONGEST_RECONCILIATION = timedelta(hours=6)


@dag(
    # No start_date: of the quarters of an hour before the Dag is switched on, the last at most is made up for.
    schedule=CronTriggerTimetable("*/15 * * * *", timezone="Africa/Libreville"),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["relances"],
    on_failure_callback=callbacks.first_failure,
    deadline=callbacks.late_after(timedelta(hours=1)),
    default_args={"retries": 0, "execution_timeout": LONGEST},  # the next pass is the retry
)
def relances_reconciliation() -> None:
    @task(execution_timeout=LONGEST_RECONCILIATION)
    def reconcile() -> None:
        """Tranche les doutes, suit les messages, reprend ce qui est dû. — Clears doubts, follows, retries."""
        orchestration.jour.reconcile_every_run()

    # What was learnt of one fournisseur is shown, whatever the trouble of another.
    @task(trigger_rule=TriggerRule.ALL_DONE)
    def write_back() -> int:
        """Montre les résultats dans l'application fiscale. — Shows the results in the tax application."""
        return orchestration.jour.write_back_every_run()

    # A run is red when any task failed, whatever ran after it.
    verdict = EmptyOperator(task_id="verdict", trigger_rule=TriggerRule.NONE_FAILED)

    reconciled, shown = reconcile(), write_back()
    reconciled >> shown
    [reconciled, shown] >> verdict


relances_reconciliation()
