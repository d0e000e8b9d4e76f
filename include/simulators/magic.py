"""Numbers that always behave in one way, so that a person can try each outcome by hand."""

from collections.abc import Mapping

from simulators.faults import Fault, Rule

MAGIC: Mapping[str, Rule] = {
    "24166000400": Rule(fault=Fault.INVALID_NUMBER),
    "24166000408": Rule(fault=Fault.TIMEOUT_AFTER),
    "24166000429": Rule(fault=Fault.HTTP_429, seconds=1),
    "24166000500": Rule(fault=Fault.HTTP_500_BEFORE),
    "24166000999": Rule(fault=Fault.RESET_AFTER),
}


class Magic:
    """Remembers which messages were already told to come back later."""

    def __init__(self) -> None:
        self._postponed: set[tuple[str, str]] = set()

    def rule(self, to: str, text: str) -> Rule | None:
        """What befalls this message because of its number, if anything does."""
        rule = MAGIC.get(to)
        if rule is None or rule.fault is not Fault.HTTP_429:
            return rule
        first = (to, text) not in self._postponed
        self._postponed.add((to, text))
        return rule if first else None
