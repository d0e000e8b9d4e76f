"""The stop button as Airflow runs it."""

from tests.airflow.conftest import Airflow


def test_it_stops_shows_and_resumes_every_fournisseur(airflow: Airflow) -> None:
    stopped = airflow.run("relances_arret")
    assert stopped.state == "success", stopped.log[-3000:]
    assert "ventis : ARRÊTÉ depuis le" in stopped.log
    assert airflow.run("relances_arret", action="voir").log.count("ARRÊTÉ") == stopped.log.count("ARRÊTÉ") > 0
    resumed = airflow.run("relances_arret", action="reprendre")
    assert "ventis : ouvert" in resumed.log
    assert "ARRÊTÉ" not in resumed.log
