"""What a run would do, or did: whom it reminds, whom not, and why."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from relances.rules.causes import Explications
from relances.rules.decisions import DecisionPrise
from relances.rules.fenetre import LIBREVILLE
from relances.rules.rapport import Rapport
from relances.rules.request import DEFAULTS, Request
from relances.services.fournisseurs import explications
from relances.services.installation import RELANCES, Installation
from relances.services.rapport import Wording, look
from relances.store.apercu import PREFIX, Apercus
from relances.store.executions import Executions


def simulation(asked: Mapping[str, object]) -> Request:
    """The request of a simulation over the parameters that are ``asked`` for. Blocked where one is wrong."""
    now = datetime.now(LIBREVILLE)
    return Request.of(f"{PREFIX}{now:%Y%m%dT%H%M%S%f}", {**DEFAULTS, **asked, "simulation": True}, now.date())


def forget_old(installation: Installation) -> int:
    """Delete the simulations of more than a day ago; returns how many."""
    with installation.base(RELANCES) as relances:
        return Apercus(relances).forget_old()


def show(installation: Installation, run_id: str, wording: Wording) -> Rapport:
    """What a run did or simulated, as it is now. Blocked where there is no such run."""
    with installation.base(RELANCES) as relances:
        return look(relances, Executions(relances).get(run_id), wording)


@contextmanager
def decisions(installation: Installation, run_id: str) -> Iterator[tuple[Iterator[DecisionPrise], Explications]]:
    """What was decided of each contribuable, in flat memory within the block, and what the codes mean."""
    with installation.base(RELANCES) as relances:
        yield Apercus(relances).decisions(Executions(relances).get(run_id)), explications(installation)
