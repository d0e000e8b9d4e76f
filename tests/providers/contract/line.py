"""A provider's connection, as the tests of the contract use it."""

import pytest

from relances_providers.errors import ProviderError
from relances_providers.messaging import Message
from tests.providers.contract.cases import Case
from tests.support import one_sentence

TEXT = "Échéance « confidentielle » de 15\u202f000\u00a0F\nà régler avant le 1ᵉʳ août 😀"


class Line:
    """The connection, as its hook opens it."""

    def __init__(self, case: Case, told: list[str]) -> None:
        self.case = case
        self._told = told

    @property
    def message(self) -> Message:
        return Message(self.case.number, TEXT)

    async def send(self, message: Message | None = None) -> str:
        """The id of one message."""
        async with self.case.hook().open() as sender:
            return (await sender.send(message or self.message)).message_id

    async def error(self, message: Message | None = None) -> ProviderError:
        """How sending it fails: by an error that is one sentence, and tells nothing confidential."""
        with pytest.raises(ProviderError) as caught:
            await self.send(message)
        self._told.append(f"{one_sentence(caught.value)} {caught.value!r} {caught.value.__cause__!r}")
        return caught.value
