"""One task of the daily run, in a process of its own, as Airflow runs it; prints its seconds and its peak memory.

python -m tests.bench.task <function of relances.pipeline> <run_id> <day, as 2026-03-02>
"""

import json
import logging
import resource
import sys
from datetime import date
from time import perf_counter

from relances import pipeline
from relances.rules.request import DEFAULTS, Request


def main(function: str, run_id: str, day: str) -> None:
    logging.disable()
    request = Request.of(run_id, DEFAULTS, date.fromisoformat(day))
    start = perf_counter()
    if function == "send":
        result: object = [pipeline.send_lot(request, **lot) for lot in pipeline.plan_lots(request, "ventis")]  # type: ignore[arg-type]
    else:
        result = getattr(pipeline, function)(request)
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("FIGURES " + json.dumps({"seconds": seconds, "peak_mb": peak, "result": result}))


if __name__ == "__main__":
    main(*sys.argv[1:])
