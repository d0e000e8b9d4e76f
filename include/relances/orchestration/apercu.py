"""A simulation: the steps of a day, one after the other, without sending."""

from relances import orchestration
from relances.rules.request import Request


def simulate(request: Request) -> str:
    """Play the steps of the day that send nothing; returns the report. Only the simulation's own rows are added."""
    orchestration.check_providers(request)
    orchestration.extract(request)
    orchestration.validate(request)
    orchestration.create_relances(request)
    return orchestration.report(request)
