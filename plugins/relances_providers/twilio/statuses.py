"""What became of many messages, in as few calls as it takes: by the account's list, or one by one."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Final

from relances_providers.clocks import CLOCKS_APART
from relances_providers.errors import ProviderError
from relances_providers.http.wire import Wire
from relances_providers.messaging import Sent
from relances_providers.twilio.account import MOST_PAGES, TwilioAccount
from relances_providers.twilio.answers import MESSAGE_ID
from relances_providers.twilio.records import Page, Record

logger = logging.getLogger(__name__)

_FEW: Final = 20  # messages: as many calls, but all at once, take no longer than a page or two of a busy account
_MOST_ONE_BY_ONE: Final = 500  # messages of one request for news; the others are left to the next


async def known_of(
    sent: Sequence[Sent], account: TwilioAccount, filters: Mapping[str, str], wire: Wire
) -> list[Record]:
    """The messages that Twilio knows of these. ``filters``: what sets most of them apart in the account's list.

    The first failure ends the asking: what is known by then is returned, the rest is for the next time. It is raised
    (TryLater or Misconfigured) where nothing is known yet.
    """
    known: dict[str, Record] = {}
    sent = [one for one in sent if MESSAGE_ID.fullmatch(one.message_id)]  # another id would ask of something else
    try:
        if len(sent) > _FEW:
            await _look_in_list(sent, account, filters, known)
        missing = [one.message_id for one in sent if one.message_id not in known]
        await _look_one_by_one(missing[:_MOST_ONE_BY_ONE], account, known, wire.limits.max_in_flight)
    except ProviderError as error:
        if not known:
            raise
        logger.warning("connexion %s : suivi interrompu : %s", wire.conn_id, error)
    return list(known.values())


async def _look_in_list(
    sent: Sequence[Sent], account: TwilioAccount, filters: Mapping[str, str], known: dict[str, Record]
) -> None:
    """Go through the list until its end, its last page allowed, or more calls than asking one by one costs.

    The list holds the messages sent since the oldest one was accepted: those that still wait at Twilio are not in it.
    """
    wanted = {one.message_id for one in sent}
    since = min(one.sent_at for one in sent).astimezone(UTC) - CLOCKS_APART
    page: Page | None = await account.first_page({**filters, "DateSent>": since.strftime("%Y-%m-%dT%H:%M:%SZ")})
    while page is not None:
        known.update((record.sid, record) for record in page.records if record.sid in wanted)
        if page.number >= min(len(wanted) - len(known), MOST_PAGES):
            return
        page = await account.page_after(page)


async def _look_one_by_one(
    missing: Sequence[str], account: TwilioAccount, known: dict[str, Record], at_once: int
) -> None:
    for first in range(0, len(missing), at_once):
        calls = (account.message(sid) for sid in missing[first : first + at_once])
        answers = await asyncio.gather(*calls, return_exceptions=True)
        known.update((answer.sid, answer) for answer in answers if isinstance(answer, Record))
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
