"""What a run would do, or did: whom it reminds, whom not, and why."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from relances.rules.causes import Explications
from relances.rules.decisions import DecisionPrise
from relances.rules.fenetre import LIBREVILLE
from relances.rules.passages import Demande, Moyen
from relances.rules.rapport import Rapport
from relances.rules.request import DEFAULTS, Request
from relances.services import jour
from relances.services.fournisseurs import explications
from relances.services.installation import RELANCES, Installation
from relances.services.passages import recorded
from relances.services.rapport import look, wording
from relances.store.apercu import PREFIX, Apercus
from relances.store.executions import Executions

Write = Callable[[Rapport, Explications], str]
"""What puts a report in words."""


def simulation(asked: Mapping[str, object]) -> Request:
    """The request of a simulation over the parameters that are ``asked`` for. Blocked where one is wrong."""
    now = datetime.now(LIBREVILLE)
    return Request.of(f"{PREFIX}{now:%Y%m%dT%H%M%S%f}", {**DEFAULTS, **asked, "simulation": True}, now.date())


def simulate(installation: Installation, request: Request, write: Write) -> str | None:
    """Play the steps of the day that send nothing; returns the report, None where the run stopped before.

    Only the simulation's own rows are added, and those of simulations of more than a day ago are deleted.
    """
    jour.check_providers(installation, request, Demande(Moyen.COMMANDE))
    with installation.base(RELANCES) as relances:
        Apercus(relances).forget_old()
    jour.extract(installation, request)
    jour.validate(installation, request)
    jour.create_relances(installation, request)
    return jour.report(installation, request, write)


def show(installation: Installation, run_id: str, write: Write) -> str:
    """The report of what a run did or simulated, as it is now. Blocked where there is no such run."""
    with installation.base(RELANCES) as relances:
        execution, consignes = Executions(relances).get(run_id), recorded(relances, run_id)
        said = wording(installation, consignes or installation.consignes(), note=consignes is not None)
        return write(look(relances, execution, said), said.explications)


@contextmanager
def decisions(installation: Installation, run_id: str) -> Iterator[tuple[Iterator[DecisionPrise], Explications]]:
    """What was decided of each contribuable, in flat memory within the block, and what the codes mean."""
    with installation.base(RELANCES) as relances:
        yield Apercus(relances).decisions(Executions(relances).get(run_id)), explications(installation)
