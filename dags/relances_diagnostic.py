"""
### Diagnostic des connexions

Examine chaque connexion, pièce par pièce : champs, nom d'hôte, certificat TLS, identifiants, expéditeur, droits ;
pour les bases : accès, révision du schéma, droits sur les tables. Chaque ligne du journal de `examine` est ✔ bonne,
– sans objet ou impossible à vérifier, ou ✘ à corriger, avec son remède. La tâche échoue s'il y a un ✘, après avoir
tout examiné.

**Aucun message ne part**, sauf si vous choisissez un fournisseur : alors un seul, de test, au numéro que garde sa
connexion (« Numéro des messages de test »). Aucun numéro ne se donne ici : Airflow le garderait en clair.

*Examines every connection, part by part: a fact, or the cure. No message is sent unless a provider is chosen: then one,
to the test number that its connection keeps. The same as the command `relances diagnostic`.*
"""

from datetime import timedelta

from airflow.sdk import dag, task

from relances import orchestration
from relances.orchestration.formulaire import formulaire
from relances.rules.parametres import DIAGNOSTIC

PARAMS = formulaire(DIAGNOSTIC)


@dag(schedule=None, params=PARAMS, doc_md=__doc__, tags=["relances"], default_args={"retries": 0})
def relances_diagnostic() -> None:
    @task(execution_timeout=timedelta(minutes=30), show_return_value_in_logs=False)  # the lines are in the log already
    def examine() -> list[str]:
        """Une ligne par pièce de chaque connexion. — One line per part of each connection."""
        return orchestration.diagnostic.run_diagnostic()

    examine()


relances_diagnostic()
