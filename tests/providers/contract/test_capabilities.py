"""What a hook says it can do, it does; what it says it cannot, it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from relances_providers.errors import Misconfigured, TryLater
from relances_providers.messaging import Progress, Sent, Sought
from simulators.faults import Fault
from tests.providers.contract.cases import CASES, Case
from tests.providers.contract.line import TEXT, Line
from tests.providers.servers import Connect, Simulated

OTHERS = {"24166123456": "24166123457", "24177123456": "24177123457", "15145551234": "15145551235"}
FINDERS = tuple(case for case in CASES if case.hook.capabilities.can_find)
FOLLOWERS = tuple(case for case in CASES if case.hook.capabilities.can_follow)

finders = pytest.mark.parametrize("case", FINDERS, indirect=True, ids=str)
followers = pytest.mark.parametrize("case", FOLLOWERS, indirect=True, ids=str)


def sought(to: str, text: str = TEXT, *, days: int = 0) -> Sought:
    """A message sent about now, or so many days away."""
    moment = datetime.now(UTC) + timedelta(days=days)
    return Sought(to, text, moment - timedelta(minutes=5), moment + timedelta(minutes=5))


def test_who_can_find_says_how_long_a_message_may_stay_unseen(case: Case) -> None:
    assert (case.hook.capabilities.visibility_delay > 0) is case.hook.capabilities.can_find


def test_a_connection_without_limits_has_the_declared_ones(case: Case, connect: Connect) -> None:
    connect("http://127.0.0.1:9", rate_per_second=None, max_in_flight=None, timeout=None)
    assert case.hook().limits == case.hook.capabilities.default_limits


def test_a_call_may_last_as_long_as_the_limits_say(case: Case, connect: Connect) -> None:
    connect("http://127.0.0.1:9", timeout=7)
    assert case.hook().limits.longest_call == 14


# --- finding ---


async def test_who_cannot_find_or_follow_refuses_to(case: Case, connect: Connect) -> None:
    connect("http://127.0.0.1:9")
    async with case.hook().open() as sender:
        if not case.hook.capabilities.can_find:
            with pytest.raises(NotImplementedError):
                await sender.find(sought(case.number))
        if not case.hook.capabilities.can_follow:
            with pytest.raises(NotImplementedError):
                await sender.fetch_status([])


@finders
async def test_a_message_whose_answer_was_lost_is_found_again(simulated: Simulated, line: Line) -> None:
    await simulated.fault(Fault.RESET_AFTER, count=1)
    await line.error()
    async with line.case.hook().open() as sender:
        [found] = await sender.find(sought(line.case.number))
        [delivery] = await sender.fetch_status([Sent(found.message_id, datetime.now(UTC))])
    assert found.same_text
    assert delivery.progress is Progress.DELIVERED


@finders
async def test_a_message_that_never_arrived_is_not_found(simulated: Simulated, line: Line) -> None:
    await simulated.fault(Fault.RESET_BEFORE, count=1)
    await line.error()
    async with line.case.hook().open() as sender:
        assert await sender.find(sought(line.case.number)) == []


@finders
async def test_another_text_is_not_taken_for_the_one_sought(simulated: Simulated, line: Line) -> None:
    receipt = await line.send()
    async with line.case.hook().open() as sender:
        [found] = await sender.find(sought(line.case.number, "Autre texte"))
    assert found.message_id == receipt
    assert not found.same_text


@finders
async def test_another_number_and_another_day_are_not_what_is_sought(simulated: Simulated, line: Line) -> None:
    await line.send()
    async with line.case.hook().open() as sender:
        assert await sender.find(sought(OTHERS[line.case.number])) == []
        assert await sender.find(sought(line.case.number, days=-1)) == []


@finders
@pytest.mark.parametrize("fault", [Fault.LOOKUP_500, Fault.LOOKUP_TIMEOUT])
async def test_a_look_up_that_fails_is_never_nothing_found(
    simulated: Simulated, connect: Connect, line: Line, fault: Fault
) -> None:
    connect(simulated.url, timeout=0.5 if "timeout" in fault else 30)
    receipt = await line.send()
    await simulated.fault(fault)
    async with line.case.hook().open() as sender:
        with pytest.raises((TryLater, Misconfigured)):
            await sender.find(sought(line.case.number))
        with pytest.raises((TryLater, Misconfigured)):
            await sender.fetch_status([Sent(receipt, datetime.now(UTC))])


# --- following ---


@followers
async def test_a_message_sent_is_followed_to_its_delivery(simulated: Simulated, line: Line) -> None:
    receipt = await line.send()
    async with line.case.hook().open() as sender:
        [delivery] = await sender.fetch_status([Sent(receipt, datetime.now(UTC))])
    assert (delivery.message_id, delivery.progress, delivery.failure) == (receipt, Progress.DELIVERED, None)


@followers
async def test_nothing_to_follow_asks_nothing(simulated: Simulated, case: Case) -> None:
    async with case.hook().open() as sender:
        assert await sender.fetch_status([]) == []
    assert await simulated.requests() == {}
