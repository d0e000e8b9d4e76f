"""The Airflow side of a service: its context, its connections, what its XCom may hold.

A Dag file names the module that does its work, ``orchestration.jour``; a task imports it, when it runs. The Dag
processor reads every Dag file again and again, and needs no database driver and no numbering plan to draw its arrows.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relances.orchestration import alertes, arret, diagnostic, jour

__all__ = ["alertes", "arret", "diagnostic", "jour"]

_WORK: Final = frozenset(__all__)


def __getattr__(name: str) -> ModuleType:
    """The module of that name, imported when it is first asked for."""
    if name not in _WORK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
