"""Scenarios one after the other, on servers of their own: as many voies as the machine can take."""

import os
import signal
import sys
import tempfile
from multiprocessing.queues import Queue
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import in_memory

if TYPE_CHECKING:
    from tests.chaos.report import Line
    from tests.chaos.scenario import Scenario


def lane(todo: "Queue[Scenario | None]", done: "Queue[Line]") -> None:
    """Play what there is, until None."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its servers end with it
    with tempfile.TemporaryDirectory(prefix="relances-chaos-", dir=in_memory(), ignore_cleanup_errors=True) as folder:
        os.environ["AIRFLOW_HOME"] = f"{folder}/airflow"  # before anything imports Airflow
        Path(folder).chmod(0o755)
        from tests.chaos.judgement import judge
        from tests.chaos.play import playing
        from tests.chaos.report import line
        from tests.chaos.site import own_postgres, site

        with own_postgres(Path(folder)) as postgres, site(postgres, Path(folder)) as here:
            while (scenario := todo.get()) is not None:
                with playing(here, scenario) as played:
                    done.put(line(played, judge(played), played.log()))
