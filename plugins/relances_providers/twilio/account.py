"""What can be asked of a Twilio account: itself, its WhatsApp senders, its messages one by one or in lists."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import httpx

from relances_providers.http.pacer import Pacer
from relances_providers.http.wire import Wire
from relances_providers.twilio.answers import read_resource, unusable
from relances_providers.twilio.errors import TABLE
from relances_providers.twilio.records import Page, Record, read_page, read_record
from relances_providers.twilio.sdk import TwilioApi

MOST_PAGES: Final = 50  # of one list: fifty thousand messages
_PAGE_SIZE: Final = 1_000  # the most that Twilio gives
# Twilio bounds the calls under way (20429) and names no rate for questions. That of the connection is a WhatsApp
# sender's, slow in the sandbox, where asking is not; this one leaves an account's other programs their share.
_QUESTIONS_PER_SECOND: Final = 50


class TwilioAccount:
    """One account, asked at its own rate. Every method raises TryLater or Misconfigured: nothing is sent by asking.

    ``senders``: the API of the host that knows the WhatsApp senders.
    """

    def __init__(self, api: TwilioApi, senders: TwilioApi, path: str, wire: Wire) -> None:
        self._api = api
        self._senders = senders
        self._path = path
        self._wire = wire
        self._pacer = Pacer(_QUESTIONS_PER_SECOND)

    async def itself(self) -> Mapping[str, object]:
        """Its status and type, among others. A Standard API key may not ask."""
        response = await self._ask(self._api, f"{self._path}.json")
        found = read_resource(response, self._wire.conn_id)
        if "status" not in found:
            raise unusable(response, self._wire.conn_id)
        return found

    async def sender_status(self, address: str) -> str | None:
        """Of the WhatsApp sender of this address: ``ONLINE``, ``OFFLINE`` …; None where the list does not have it."""
        query = {"Channel": "whatsapp", "PageSize": str(_PAGE_SIZE)}
        body = read_resource(await self._ask(self._senders, "/v2/Channels/Senders", query), self._wire.conn_id)
        listed = body.get("senders")
        known = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        return next((str(each.get("status")) for each in known if each.get("sender_id") == address), None)

    async def message(self, sid: str) -> Record | None:
        """One message; None where the account has none of that id."""
        response = await self._ask(self._api, f"{self._path}/Messages/{sid}.json")
        return None if response.status_code == httpx.codes.NOT_FOUND else read_record(response, self._wire.conn_id)

    async def first_page(self, filters: Mapping[str, str], size: int = _PAGE_SIZE) -> Page:
        """The messages that the filters let through."""
        query = {**filters, "PageSize": str(size)}
        return read_page(await self._ask(self._api, f"{self._path}/Messages.json", query), self._wire.conn_id)

    async def page_after(self, page: Page) -> Page | None:
        """The next page of the same list; None after the last one. A list without an end is TryLater."""
        if page.next_uri is None:
            return None
        if page.number >= MOST_PAGES:
            raise TABLE["indisponible"].error(self._wire.conn_id, detail=f"plus de {MOST_PAGES} pages")
        after = read_page(await self._ask(self._api, page.next_uri), self._wire.conn_id)
        return replace(after, number=page.number + 1)

    async def _ask(self, api: TwilioApi, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
        await self._pacer.turn()
        try:
            return await api.get(path, query)
        except httpx.TransportError as error:
            raise self._wire.unreachable(error) from error
