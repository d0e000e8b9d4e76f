"""Inputs without end: ``make test`` tries a hundred of each kind, ``make fuzz`` a hundred thousand."""

import os
from typing import Final

from hypothesis import HealthCheck, settings

EXAMPLES: Final = int(os.environ.get("RELANCES_FUZZ", "100"))

fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="RELANCES_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
"""What a fuzzing test is decorated with: ``make test`` tries the same inputs each time, ``make fuzz`` new ones."""
