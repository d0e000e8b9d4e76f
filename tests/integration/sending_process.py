"""Sends all that is due of the day, as the Airflow task does, in a process that a test may freeze or kill."""

from relances import pipeline
from tests.integration.world import request

for part in pipeline.plan_lots(request(), "ventis"):
    pipeline.send_lot(request(), **part)
