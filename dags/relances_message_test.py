"""
### Message de test

Envoie **un** message au numéro que garde la connexion du fournisseur choisi : son champ « Numéro des messages de
test », qu'Airflow chiffre et masque. Le journal de `send` donne l'identifiant du message, ou le remède ; puis, chez
Twilio et Zoom, ce qu'il est devenu, demandé une fois. Ce n'est pas une relance : rien n'en est gardé.

Ni numéro ni texte ne se donnent ici : Airflow garderait en clair les paramètres d'un passage. Pour un autre numéro ou
un autre texte : la commande `relances envoyer-test`, qui les demande.

**Jamais réessayé.** Si l'issue est inconnue, regardez le téléphone avant de recommencer.

*Sends exactly one message, to the number that the connection keeps, and never again by itself. Prints its id, or the
cure. No number is given here, since Airflow keeps parameters in clear: the command `relances envoyer-test` asks for
another.*
"""

from airflow.sdk import dag, task

from relances import orchestration
from relances.orchestration.formulaire import formulaire
from relances.rules.parametres import MESSAGE_TEST

PARAMS = formulaire(MESSAGE_TEST)


@dag(schedule=None, params=PARAMS, doc_md=__doc__, tags=["relances"], default_args={"retries": 0})
def relances_message_test() -> None:
    @task(show_return_value_in_logs=False)  # the lines are in the log already
    def send() -> list[str]:
        """Un message, une fois. — One message, once."""
        return orchestration.diagnostic.run_message_test()

    send()


relances_message_test()
