"""Numbers that always behave in one way, so that a person can try each outcome by hand."""

from collections.abc import Mapping

from simulators.faults import Fault, Rule

PREFIXES = ("241660", "155500")
MAGIC: Mapping[str, Rule] = {
    "00400": Rule(fault=Fault.INVALID_NUMBER),
    "00408": Rule(fault=Fault.TIMEOUT_AFTER),
    "00429": Rule(fault=Fault.HTTP_429, seconds=1),
    "00500": Rule(fault=Fault.HTTP_500_BEFORE),
    "00999": Rule(fault=Fault.RESET_AFTER),
}
"""By the five digits that follow one of the `PREFIXES`; those that one provider alone knows are in its module."""


def code_of(to: str) -> str:
    """The five digits that say what befalls messages to this number; empty for an ordinary one."""
    prefix, code = to[:6], to[6:]
    return code if prefix in PREFIXES and len(code) == 5 else ""


class Magic:
    """Remembers which messages were already told to come back later."""

    def __init__(self) -> None:
        self._postponed: set[tuple[str, str]] = set()

    def rule(self, to: str, text: str) -> Rule | None:
        """What befalls this message because of its number, if anything does."""
        rule = MAGIC.get(code_of(to))
        if rule is None or rule.fault is not Fault.HTTP_429:
            return rule
        first = (to, text) not in self._postponed
        self._postponed.add((to, text))
        return rule if first else None
