"""Runs one Dag of ``dags/`` to its end in this process, by Airflow itself, and prints the tasks' states as JSON.

    python run_dag.py <dag_id> <run configuration as JSON> [<what marks tasks as done>] [<the run's moment>]

A process of its own: Airflow reads its settings once, when it is imported.
"""

import json
import sys
from datetime import datetime

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

DagBundlesManager().sync_bundles_to_db()
bag = DagBag()
if bag.import_errors:
    sys.exit(json.dumps(bag.import_errors))
sync_bag_to_db(bag, "dags-folder", None)
dag = bag.dags[sys.argv[1]]
dag.deadline = []  # the end of a run looks for their rows, which only a scheduler makes
marked, moment = sys.argv[3:] or (None, None)  # of one moment, a run takes the place and the id of the one before
when = {"logical_date": datetime.fromisoformat(moment), "run_after": datetime.fromisoformat(moment)} if moment else {}
run = dag.test(run_conf=json.loads(sys.argv[2]), use_executor=False, mark_success_pattern=marked or None, **when)
states = {f"{ti.task_id}[{ti.map_index}]": ti.state for ti in run.get_task_instances()}
print("RESULT " + json.dumps({"state": run.state, "run_id": run.run_id, "tasks": states}))
