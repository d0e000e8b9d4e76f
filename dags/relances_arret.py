"""
### Arrêter les envois

**Quelque chose ne va pas ?** Déclenchez ce Dag tel quel : en deux secondes plus aucun message ne part, par personne, de
quelque passage que ce soit. Les appels déjà commencés se terminent et sont notés ; tout le reste attend, rien n'est
perdu, rien ne partira deux fois. Les tâches `send_…` passent à `up_for_reschedule`.

**Pour reprendre**, déclenchez-le avec *action* = `reprendre` : les tâches repartent d'elles-mêmes dans la minute. Il
remet aussi en service un fournisseur suspendu à la suite de pannes, dont les tâches repartent dans les cinq minutes.
Une relance restée arrêtée plus longtemps que
`expiration_heures` est annulée : elle ne part pas en retard.

*Stops all sending within two seconds, until it is triggered again with `reprendre`. Nothing is lost or sent twice. The
same as the command `relances envois arreter`.*
"""

from datetime import timedelta

from airflow.sdk import dag, task

from relances import orchestration
from relances.orchestration.formulaire import formulaire
from relances.rules.parametres import ARRET

PARAMS = formulaire(ARRET)


@dag(
    schedule=None,
    params=PARAMS,
    doc_md=__doc__,
    tags=["relances"],
    default_args={"retries": 3, "execution_timeout": timedelta(minutes=5)},
)
def relances_arret() -> None:
    # Before anything else that waits for a worker.
    @task(priority_weight=1_000, weight_rule="absolute")
    def arreter_ou_reprendre() -> None:
        """Arrête ou reprend, et dit l'état de chaque fournisseur. — Stops or resumes, and says how each is."""
        orchestration.arret.run_action()

    arreter_ou_reprendre()


relances_arret()
