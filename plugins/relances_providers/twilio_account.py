"""What can be asked of a Twilio account: itself, its WhatsApp senders, its messages one by one or in lists."""

from collections.abc import Awaitable, Mapping
from typing import Final

import httpx

from relances_providers.twilio_answers import read_resource, unusable
from relances_providers.twilio_http import TwilioApi
from relances_providers.twilio_records import Page, Record, read_page, read_record
from relances_providers.wire import Wire

_PAGE_SIZE: Final = 1_000  # the most that Twilio gives


class TwilioAccount:
    """One account, asked. Every method raises TryLater or Misconfigured: nothing is sent by asking.

    ``senders``: the API of the host that knows the WhatsApp senders.
    """

    def __init__(self, api: TwilioApi, senders: TwilioApi, path: str, wire: Wire) -> None:
        self._api = api
        self._senders = senders
        self._path = path
        self._wire = wire

    async def itself(self) -> Mapping[str, object]:
        """Its status and type, among others. A Standard API key may not ask."""
        response = await self._answer(self._api.get(f"{self._path}.json"))
        found = read_resource(response, self._wire.conn_id)
        if "status" not in found:
            raise unusable(response, self._wire.conn_id)
        return found

    async def sender_status(self, address: str) -> str | None:
        """Of the WhatsApp sender of this address: ``ONLINE``, ``OFFLINE`` …; None where the list does not have it."""
        asked = self._senders.get("/v2/Channels/Senders", {"Channel": "whatsapp", "PageSize": str(_PAGE_SIZE)})
        body = read_resource(await self._answer(asked), self._wire.conn_id)
        listed = body.get("senders")
        known = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        return next((str(each.get("status")) for each in known if each.get("sender_id") == address), None)

    async def message(self, sid: str) -> Record | None:
        """One message; None where the account has none of that id."""
        response = await self._answer(self._api.get(f"{self._path}/Messages/{sid}.json"))
        return None if response.status_code == httpx.codes.NOT_FOUND else read_record(response, self._wire.conn_id)

    async def first_page(self, filters: Mapping[str, str], size: int = _PAGE_SIZE) -> Page:
        """The messages that the filters let through."""
        asked = self._api.get(f"{self._path}/Messages.json", {**filters, "PageSize": str(size)})
        return read_page(await self._answer(asked), self._wire.conn_id)

    async def page_after(self, page: Page) -> Page | None:
        """The next page of the same list; None after the last one."""
        if page.next_uri is None:
            return None
        response = await self._answer(self._api.get(page.next_uri))
        after = read_page(response, self._wire.conn_id)
        if after.next_uri == page.next_uri:  # it would never end
            raise unusable(response, self._wire.conn_id)
        return after

    async def _answer(self, asked: Awaitable[httpx.Response]) -> httpx.Response:
        try:
            return await asked
        except httpx.TransportError as error:
            raise self._wire.unreachable(error) from error
