"""What docker-compose.yaml promises: everything healthy, one door, and a killed worker that costs no message."""

from collections import Counter
from dataclasses import dataclass

import msgspec
import psycopg
import pytest

from relances.local.airflow_answers import TaskState
from relances.local.processes import wait_until
from relances.local.stack import DAG
from tests.compose.installation import SECRETS, Installation, docker
from tests.compose.passages import IN_FLIGHT, RUN_SECONDS, begin, count, end, interface_of

_MID_LOT = 50  # messages accepted, of some hundreds


@dataclass(frozen=True)
class Run:
    """A daily run of which a worker was killed, at its end. ``sender``: the task that it was sending for."""

    run_id: str
    state: str
    sender: TaskState


@pytest.fixture(scope="session")
def run(installation: Installation) -> Run:
    """The daily Dag, whose worker dies in the middle of its lot, followed to its end."""
    with installation.simulators() as simulators, interface_of(installation) as api:
        simulators.put("/faults", json={"latency": {"min_ms": 400}}).raise_for_status()
        api.log_in()
        run_id = begin(api)
        wait_until(lambda: count(simulators) >= _MID_LOT, RUN_SECONDS, "Aucun lot n'est parti.", every=0.2)
        worker, task_id, map_index = kill_the_sender(installation)
        end(api, run_id)
        [sender] = [
            task for task in api.task_states(DAG, run_id) if (task.task_id, task.map_index) == (task_id, map_index)
        ]
        assert worker not in installation.containers("worker")
        return Run(run_id, api.run_state(DAG, run_id), sender)


def kill_the_sender(installation: Installation) -> tuple[str, str, int]:
    """Kill the worker of the lot that has most calls in flight; returns which, and whose task."""
    with psycopg.connect(installation.database("relances")) as connection:
        busiest = connection.execute(
            "SELECT fournisseur FROM relances.tentative WHERE issue IS NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
    assert busiest is not None
    with psycopg.connect(installation.database("airflow")) as connection:
        row = connection.execute(
            "SELECT hostname, task_id, map_index FROM task_instance WHERE task_id = %s AND state = 'running'",
            (f"send_{busiest[0]}",),
        ).fetchone()
    assert row is not None
    docker("kill", "--signal=KILL", row[0])
    return str(row[0]), str(row[1]), int(row[2])


def test_the_interface_alone_is_published(installation: Installation) -> None:
    ports = {service: docker("port", installation.containers(service)[0]) for service in services(installation)}
    assert [service for service, published in ports.items() if published] == ["api-server"]
    assert ports["api-server"].startswith("8080/tcp -> 127.0.0.1:")


def services(installation: Installation) -> list[str]:
    """Those that run; the two steps are over."""
    return [name for name in installation.compose("config", "--services").split() if name not in {"bases", "init"}]


def test_two_workers_run_and_not_as_root(installation: Installation) -> None:
    users = {docker("exec", worker, "id", "-u") for worker in installation.containers("worker")}
    assert len(installation.containers("worker")) == 2
    assert users == {"50000"}


def test_a_run_goes_on_when_a_worker_is_killed(run: Run) -> None:
    assert run.state == "success"
    assert run.sender.try_number > 1


def test_a_worker_killed_mid_lot_loses_and_repeats_nothing(installation: Installation, run: Run) -> None:
    with installation.simulators() as simulators:
        entries = simulators.get("/ledger").raise_for_status().json()["entries"]
    accepted = Counter((entry["to"], entry["text"]) for entry in entries)
    with psycopg.connect(installation.database("relances")) as connection:
        rows = connection.execute(
            "SELECT telephone, texte, statut, code, EXISTS (SELECT FROM relances.tentative"
            " WHERE relance_id = relance.id AND issue IS NULL) FROM relances.relance"
        ).fetchall()
    statuts = {(telephone, texte): statut for telephone, texte, statut, *_ in rows}
    sent = {message for message, statut in statuts.items() if statut in {"envoyee", "livree"}}
    doubted = {(telephone, texte) for telephone, texte, statut, code, _ in rows if (statut, code) == ("echec", "408")}
    # Three of the demonstration's numbers never answer: those doubts are not the killed worker's.
    left_by_the_dead = {(telephone, texte) for telephone, texte, _, _, unended in rows if unended}
    assert [message for message, times in accepted.items() if times > 1] == []
    assert set(statuts.values()) <= {"envoyee", "livree", "echec"}
    assert len(entries) > _MID_LOT
    assert sent <= accepted.keys()
    assert accepted.keys() - sent <= doubted
    assert 0 < len(left_by_the_dead) <= IN_FLIGHT


def test_the_log_of_the_killed_worker_is_read_in_the_interface(installation: Installation, run: Run) -> None:
    with interface_of(installation) as api:
        api.log_in()
        lines = api.task_log(DAG, run.run_id, msgspec.structs.replace(run.sender, try_number=1))
    assert len(lines) > 1


def test_starting_again_brings_the_killed_worker_back_and_sends_nothing(installation: Installation, run: Run) -> None:
    with installation.simulators() as simulators:
        before = count(simulators)
        installation.up()
    with installation.simulators() as simulators:
        assert count(simulators) == before
    assert len(installation.containers("worker")) == 2


def test_the_broker_answers_nobody_without_its_password(installation: Installation) -> None:
    asked = ("exec", "-T", "redis", "env", "-u", "REDISCLI_AUTH", "redis-cli", "ping")
    assert "NOAUTH" in installation.compose(*asked)


def test_redis_does_not_run_as_root_and_its_password_is_in_no_list_of_processes(installation: Installation) -> None:
    [redis], workers = installation.containers("redis"), installation.containers("worker")
    assert docker("inspect", "--format={{.Config.User}}", redis) == "redis"
    for container in (redis, *workers):
        assert installation.secrets["REDIS_PASSWORD"] not in docker("top", container)
    for worker in workers:
        assert "--broker" not in docker("inspect", "--format={{.Config.Healthcheck.Test}}", worker)


def test_the_demonstration_takes_no_database_of_the_operators(installation: Installation) -> None:
    done = installation.attempt("run", "--rm", "--no-deps", "-e", "ETAXE_URL=postgresql://a:b@c/d", "init")
    assert done.returncode == 1
    assert "ôtez ETAXE_URL de .env, ou COMPOSE_PROFILES=demo" in done.stdout + done.stderr


def test_volumes_of_the_demonstration_never_serve_a_real_installation(installation: Installation) -> None:
    done = installation.attempt("run", "--rm", "--no-deps", "-e", "RELANCES_DEMONSTRATION=", "init")
    assert done.returncode == 1
    assert "Ces volumes sont ceux de la démonstration" in done.stdout + done.stderr


@pytest.mark.parametrize("name", [*SECRETS, "AIRFLOW_FERNET_KEY"])
def test_a_missing_secret_is_named_with_where_to_find_it(installation: Installation, name: str) -> None:
    done = installation.attempt("config", "--quiet", **{name: ""})
    assert done.returncode != 0
    assert f"{name} manque dans .env ; voyez la fin de .env.example" in done.stderr


# --- what each container may ---


def test_no_service_is_superuser_of_a_database_nor_knows_the_password(installation: Installation) -> None:
    with psycopg.connect(installation.database("postgres")) as connection:
        query = (
            "SELECT DISTINCT usename, usesuper FROM pg_stat_activity JOIN pg_user USING (usename) WHERE datname <> %s"
        )
        users: dict[str, bool] = dict(connection.execute(query, ("postgres",)).fetchall())
    assert users.keys() <= {"metadonnees", "relances"}
    assert "metadonnees" in users
    assert not any(users.values())
    for service in services(installation):
        seen = docker("inspect", "--format={{.Config.Env}}", installation.containers(service)[0])
        assert (installation.secrets["POSTGRES_PASSWORD"] in seen) == (service == "postgres"), service


def test_no_container_is_root_nor_gains_a_right_nor_writes_but_where_it_keeps(installation: Installation) -> None:
    form = "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"
    for service in services(installation):
        [container, *_] = installation.containers(service)
        assert docker("inspect", f"--format={form}", container) == "true [ALL] [no-new-privileges:true]", service
        assert docker("exec", container, "id", "-u") != "0", service


def test_no_container_takes_the_whole_machine_nor_fills_its_disk_with_its_log(installation: Installation) -> None:
    form = "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.LogConfig.Config}}"
    for service in services(installation):
        memory, pids, log = docker("inspect", f"--format={form}", installation.containers(service)[0]).split(" ", 2)
        assert 0 < int(memory) <= 4 << 30, service
        assert 0 < int(pids) <= 1_024, service
        assert "max-size:20m" in log, service


def test_the_history_of_airflow_is_cleaned_and_the_dags_go_on(installation: Installation, run: Run) -> None:
    with psycopg.connect(installation.database("airflow")) as connection:
        connection.execute("UPDATE dag_run SET start_date = start_date - interval '91 days' WHERE state = 'success'")
        before = connection.execute("SELECT dag_id, next_dagrun FROM dag ORDER BY dag_id").fetchall()

    said = installation.compose("exec", "-T", "menage", "relances", "menage")

    with psycopg.connect(installation.database("airflow")) as connection:
        runs = connection.execute("SELECT run_id FROM dag_run").fetchall()
        assert connection.execute("SELECT dag_id, next_dagrun FROM dag ORDER BY dag_id").fetchall() == before
    assert "Ménage du" in said
    assert (run.run_id,) not in runs
