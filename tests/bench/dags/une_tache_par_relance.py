"""One mapped task for each recipient: what this project does not do, measured beside it."""

import httpx
from airflow.sdk import dag, get_current_context, task


@dag(schedule=None, params={"adresse": "", "destinataires": 1})
def une_tache_par_relance() -> None:
    @task
    def lister() -> list[str]:
        return [f"24177{rang:06d}" for rang in range(get_current_context()["params"]["destinataires"])]

    @task
    def envoyer(telephone: str) -> None:
        body = {"to": telephone, "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}
        httpx.post(get_current_context()["params"]["adresse"], json=body).raise_for_status()

    envoyer.expand(telephone=lister())


une_tache_par_relance()
