"""The diagnostic and the test message as Airflow runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.airflow.conftest import REPOSITORY, Airflow

NUMERO = "066 12 34 56"
RELANCES = Path(sys.executable).with_name("relances")


def test_a_diagnostic_fails_with_the_cure_once_all_is_examined(airflow: Airflow) -> None:
    run = airflow.with_connection(password="faux").run("relances_diagnostic")

    assert run.tasks == {"examine[-1]": "failed"}
    assert "vérifiez login et password de la connexion ventis_default" in run.log
    for line in ("✔ etaxe_db · write_back.sql :", "✔ relances_db · schéma :", "✔ ventis_default · champs :"):
        assert line in run.log
    assert "à corriger, remède dans le journal ci-dessus (✘) : ventis_default · identifiants" in run.log
    assert airflow.ledger_count() == 0


def test_a_test_message_is_sent_once_and_the_number_is_in_no_log(airflow: Airflow) -> None:
    before = airflow.ledger_count()
    run = airflow.with_connection(secret_test_number=NUMERO).run("relances_message_test", fournisseur="ventis")

    assert run.state == "success", run.log[-3000:]
    assert airflow.ledger_count() == before + 1
    assert "accepté pour +241••••3456" in run.log
    assert NUMERO not in run.log
    assert "66123456" not in run.log


@pytest.mark.parametrize("dag_id", ["relances_message_test", "relances_diagnostic"])
def test_a_number_given_as_a_parameter_is_refused_and_sent_nothing(airflow: Airflow, dag_id: str) -> None:
    before = airflow.ledger_count()
    run = airflow.with_connection(secret_test_number=NUMERO).run(dag_id, fournisseur="ventis", telephone="077123456")

    assert run.state == "failed"
    assert "paramètre telephone : il n'y en a qu'un, fournisseur ; rien n'est parti" in run.log
    assert "077123456" not in run.log.replace(json.dumps({"telephone": "077123456"})[1:-1], "")
    assert airflow.ledger_count() == before


def test_the_command_uses_the_connections_of_the_airflow_it_is_run_beside(airflow: Airflow, tmp_path: Path) -> None:
    kept = json.dumps({"conn_type": "zoom_sms", "login": "client"})
    add = [sys.executable, "-W", "ignore", "-m", "airflow", "connections", "add", "zoom_default", "--conn-json", kept]
    subprocess.run(add, env=airflow.environment, capture_output=True, check=True)

    environment = {**airflow.environment, "RELANCES_ETAT": str(tmp_path)}
    done = subprocess.run([RELANCES, "diagnostic"], env=environment, capture_output=True, text=True, check=False)

    assert "Connexions : l'Airflow de cet environnement." in done.stdout, done.stderr
    assert "  ✔ identifiants : acceptés" in done.stdout  # ventis_default, from the environment
    assert "zoom_default\n  ✘ champs :" in done.stdout  # from the metadata database
    assert done.returncode == 1


def test_airflow_does_not_run_the_providers_modules_as_plugins(airflow: Airflow) -> None:
    ask = (
        "import sys; from airflow import plugins_manager; plugins_manager.get_plugin_info();"
        f"print([name for name, module in sys.modules.items() if '.' not in name"
        f" and str(getattr(module, '__file__', '')).startswith({str(REPOSITORY / 'plugins')!r})])"
    )
    command = [sys.executable, "-W", "ignore", "-c", ask]
    done = subprocess.run(command, env=airflow.environment, capture_output=True, text=True, check=True)

    # Our pages are a plugin; the providers are a package, which Airflow imports by its own name alone.
    assert done.stdout.splitlines()[-1] == "['relances_providers', 'relances_ui']"
