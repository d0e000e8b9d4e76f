"""What a diagnostic found of one part of a connection."""

from dataclasses import dataclass
from typing import TypeAlias

from relances.rules.diagnostic import Fait
from relances_providers.messaging import Finding, Progress, Verdict

Dit: TypeAlias = Fait | Progress | str
"""A text is what an error or the provider's own side says of it: its cause and its cure."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One part of a connection: how it was found, and what there is to say of it."""

    conn_id: str
    part: str
    verdict: Verdict
    fait: Dit

    @classmethod
    def of(cls, conn_id: str, finding: Finding) -> "Diagnostic":
        """What the provider's own side found."""
        return cls(conn_id, finding.part, finding.verdict, finding.text)

    @property
    def is_bad(self) -> bool:
        return self.verdict is Verdict.BAD
