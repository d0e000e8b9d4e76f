"""What every provider does with a valid message: accept it and answer, or misbehave as told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from simulators.endings import ENDINGS
from simulators.entry import Entry
from simulators.faults import Faults, Place, Rule
from simulators.ledger import Ledger
from simulators.magic import Magic


@dataclass(frozen=True, slots=True)
class Submission:
    """A message that its provider finds in order. Several recipients read it as one group."""

    recipients: tuple[str, ...]
    sender: str
    text: str


class Dialect(Protocol):
    """How one provider words what is decided here."""

    @property
    def name(self) -> str:
        """The provider, as the ledger names it."""
        ...

    def refusal(self, rule: Rule, message: Submission) -> web.Response | None:
        """The answer to a fault that it words itself, which are at least those that `ENDINGS` lacks."""
        ...

    def accepted(self, entries: Sequence[Entry]) -> web.Response:
        """The answer to a message that was taken: one entry for each recipient."""
        ...


class Desk:
    """Where valid messages arrive; a provider's module checks them first."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults
        self._magic = Magic()

    async def receive(self, request: web.Request, message: Submission, dialect: Dialect) -> web.StreamResponse:
        """Take the message, or do to it what its number or the plan of faults says."""
        rule = self._magic.rule(message.recipients[0], message.text) or self._faults.draw(Place.MESSAGE)
        await asyncio.sleep(self._faults.delay())
        if rule is None:
            return self._accept(message, dialect)
        if (refusal := dialect.refusal(rule, message)) is not None:
            return refusal
        answer = self._accept(message, dialect) if rule.fault.accepts else web.Response()
        return await ENDINGS[rule.fault](request, rule, answer)

    def _accept(self, message: Submission, dialect: Dialect) -> web.Response:
        fate = self._faults.fate(dialect.name)
        entries = self._ledger.accept(dialect.name, message.recipients, message.sender, message.text, fate)
        return dialect.accepted(entries)
