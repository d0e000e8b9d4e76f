"""
### Message de test

Envoie **un** message à **un** numéro, par la connexion du fournisseur choisi. Le journal de `send` donne
l'identifiant du message, ou le remède ; puis, chez Twilio et Zoom, ce qu'il est devenu, demandé une fois. Ce n'est pas
une relance : rien n'en est gardé.

**Jamais réessayé.** Si l'issue est inconnue, regardez le téléphone avant de recommencer.

*Sends exactly one message, and never again by itself. Prints its id, or the cure. The same as the command
`relances envoyer-test`.*
"""

from airflow.sdk import Param, dag, task

from relances.pipeline import examination
from relances_providers.provider_info import PROVIDERS

PARAMS = {
    "fournisseur": Param(
        PROVIDERS[0].name,
        type="string",
        enum=[provider.name for provider in PROVIDERS],
        title="Fournisseur",
        description="Par qui envoyer. — Through whom.",
    ),
    "telephone": Param(
        type="string",
        minLength=6,
        title="Numéro",
        description="Comme il se compose, ou avec + et l'indicatif. Il reste visible dans les paramètres du passage, "
        "masqué dans les journaux. — As dialled, or with + and the country code. Visible in the run's parameters, "
        "masked in logs.",
    ),
    "texte": Param(
        examination.TEXT,
        type="string",
        minLength=1,
        title="Texte",
        description="Ce que le destinataire lira. — What the recipient will read.",
    ),
}


@dag(schedule=None, params=PARAMS, doc_md=__doc__, tags=["relances"], default_args={"retries": 0})
def relances_message_test() -> None:
    @task(show_return_value_in_logs=False)  # the lines are in the log already
    def send() -> list[str]:
        """Un message, une fois. — One message, once."""
        return examination.run_message_test()

    send()


relances_message_test()
