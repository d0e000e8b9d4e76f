"""The installation, as Airflow's connections and the environment describe it: the one place that composes it."""

import os
from pathlib import Path
from typing import Final

from relances.orchestration.alertes import alerter
from relances.orchestration.connections import adresse, hook_of
from relances.policy.politique import DEFAULT_FILE
from relances.services.installation import Installation
from relances.store.restauration import VARIABLE as _TEMOIN
from relances.store.restauration import Temoin
from relances_providers.http.webhook import diagnose_alerts

_POLITIQUE: Final = "RELANCES_POLITIQUE"
_DATA_DOCS: Final = "RELANCES_DATA_DOCS"
_DEMONSTRATION: Final = "RELANCES_DEMONSTRATION"  # set by the local stack and by Compose in their demonstration


def installation() -> Installation:
    """What every task, command and page works with; nothing is read or opened yet."""
    temoin = os.environ.get(_TEMOIN)
    return Installation(
        adresse=adresse,
        hook=hook_of,
        fichier=Path(os.environ.get(_POLITIQUE) or DEFAULT_FILE),
        temoin=Temoin(Path(temoin)) if temoin else None,
        data_docs=Path(os.environ.get(_DATA_DOCS, "data_docs")).absolute(),
        demonstration=bool(os.environ.get(_DEMONSTRATION)),
        alerter=alerter,
        alertes=diagnose_alerts,
    )
