"""``relances up``: the stack in the foreground, until Ctrl-C or ``relances down``."""

from math import inf

from relances.local.airflow_environment import USER
from relances.local.console import Console
from relances.local.settings import Settings
from relances.local.stack import Stack, running_stack

_WATCH_SECONDS = 1.0


def up(settings: Settings, console: Console) -> None:
    """Returns never but by KeyboardInterrupt, or LocalError when a component dies."""
    with running_stack(settings, console) as stack:
        console.say(_welcome(stack))
        stack.supervisor.wait_for(lambda: False, inf, "", every=_WATCH_SECONDS)


def _welcome(stack: Stack) -> str:
    return (
        f"\n  Interface     {stack.address}"
        f"\n  Identifiant   {USER}"
        f"\n  Mot de passe  {stack.settings.state.secrets().password}"
        f"\n  Journaux      {stack.settings.state.logs}"
        "\n\nCtrl-C, ou « make down » dans un autre terminal, arrête tout.\n"
    )
