"""A message from its sending to what became of it, on the simulators of Zoom."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from relances_providers.errors import Misconfigured, ProviderError, Rejected, TryLater
from relances_providers.messaging import Candidate, Delivery, Message, Progress, Sender, Sent, Sought, Verdict
from relances_providers.zoom.hook import ZoomSmsHook
from simulators import Settings, serve
from tests.connexions import connect
from tests.providers.zoom_gateway import NUMBER

MAGIC = "155500"  # then five digits: what becomes of the message


@pytest.fixture
async def zoom(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sender]:
    """The account of the simulators, where messages arrive at once."""
    async with serve(Settings(delivery_seconds=0)) as url:
        connect(monkeypatch, "zoom", url)
        async with ZoomSmsHook().open() as sender:
            yield sender


async def deliver(zoom: Sender, to: str) -> Delivery:
    """What becomes of a message to that number."""
    receipt = await zoom.send(Message(to, "Bonjour"))
    [delivery] = await zoom.fetch_status([Sent(receipt.message_id, datetime.now(UTC))])
    assert delivery.message_id == receipt.message_id
    return delivery


async def test_a_message_sent_is_followed_to_its_delivery(zoom: Sender) -> None:
    delivery = await deliver(zoom, NUMBER)
    assert (delivery.progress, delivery.failure) == (Progress.DELIVERED, None)


@pytest.mark.parametrize(
    ("number", "code", "kind"), [("00001", "failed_to_send", TryLater), ("00002", "failed_to_deliver", Rejected)]
)
async def test_a_message_that_fails_later_says_so(
    zoom: Sender, number: str, code: str, kind: type[ProviderError]
) -> None:
    delivery = await deliver(zoom, MAGIC + number)
    assert delivery.progress is Progress.UNDELIVERED
    assert isinstance(delivery.failure, kind)
    assert delivery.failure.code == code


async def test_a_message_sent_is_found_again_among_others(zoom: Sender) -> None:
    began = datetime.now(UTC)
    await zoom.send(Message("15145550000", "Bonjour"))
    first = await zoom.send(Message(NUMBER, "Bonjour"))
    second = await zoom.send(Message(NUMBER, "Rappel"))
    found = await zoom.find(Sought(NUMBER, "Rappel", began, datetime.now(UTC)))
    expected = {Candidate(first.message_id, same_text=None), Candidate(second.message_id, same_text=True)}
    assert set(found) == expected


async def test_what_was_sent_at_another_time_is_not_found(zoom: Sender) -> None:
    await zoom.send(Message(NUMBER, "Bonjour"))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert await zoom.find(Sought(NUMBER, "Bonjour", tomorrow, tomorrow)) == []


async def test_a_connection_in_order_passes_its_check_and_its_examination(zoom: Sender) -> None:
    await zoom.check()
    verdicts = [finding.verdict for finding in await zoom.diagnose()]
    assert verdicts[:2] == [Verdict.GOOD, Verdict.GOOD]


@pytest.mark.parametrize(
    ("field", "code"),
    [("login", "zoom_identifiants"), ("password", "zoom_identifiants"), ("account_id", "zoom_compte")],
)
async def test_a_wrong_field_is_told_by_the_check(monkeypatch: pytest.MonkeyPatch, field: str, code: str) -> None:
    async with serve(Settings()) as url:
        connect(monkeypatch, "zoom", url, **{field: "faux"})
        async with ZoomSmsHook().open() as sender:
            with pytest.raises(Misconfigured) as caught:
                await sender.check()
    assert caught.value.code == code


async def test_a_number_of_another_account_cannot_send(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(Settings()) as url:
        connect(monkeypatch, "zoom", url, sender="+15550199999")
        async with ZoomSmsHook().open() as sender:
            with pytest.raises(Misconfigured, match="sender de la connexion zoom_default"):
                await sender.send(Message(NUMBER, "Bonjour"))
