"""What holds a password is shown without it: in a log, in an error, in a debugger."""

from dataclasses import asdict

import pytest

from relances.local.state import Secrets
from relances.local.surroundings import Surroundings
from relances.services.installation import Adresse

PASSWORD = "ouvre-toi"


@pytest.mark.parametrize(
    "holder",
    [
        Adresse(f"host=base password={PASSWORD}", "LATIN1"),
        Surroundings(f"postgresql://relances:{PASSWORD}@base/relances", [], None),
        Secrets(PASSWORD, PASSWORD, PASSWORD, PASSWORD),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_it_is_not_shown(holder: Adresse | Surroundings | Secrets) -> None:
    assert PASSWORD in str(asdict(holder))
    assert PASSWORD not in f"{holder!r} {holder}"
