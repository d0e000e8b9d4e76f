"""The installation that the commands work with: that of the Airflow which their environment describes."""

from relances.services.installation import Installation


def installation() -> Installation:
    """Composed where it is asked for: Airflow takes seconds to come in, and help and refusals do without."""
    from relances.orchestration.installation import installation as composed  # noqa: PLC0415

    return composed()
