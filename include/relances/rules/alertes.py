"""What an alert tells of: a run of a Dag, and what its report counted."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DagRun:
    """A run of a Dag. ``lien``: its page in Airflow."""

    dag_id: str
    run_id: str
    lien: str


@dataclass(frozen=True, slots=True)
class Resume:
    """What the report of a run told: whether its balance holds, and its relances by place."""

    equilibre: bool
    relances: Mapping[str, int]
