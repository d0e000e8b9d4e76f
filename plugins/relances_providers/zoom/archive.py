"""Asks Zoom of the messages it has: one by one for a status, by conversation for one whose id is not known."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

import httpx

from relances_providers.http.client import Client
from relances_providers.http.json_object import object_of
from relances_providers.http.pacer import Pacer
from relances_providers.http.wire import Wire
from relances_providers.messaging import Candidate, Delivery, Sent, Sought
from relances_providers.zoom.answers import look_up_error
from relances_providers.zoom.connection_errors import MISSING_SCOPE
from relances_providers.zoom.errors import TABLE
from relances_providers.zoom.history import Item, Page, Window, candidates, delivery, sessions_with

_PAGE: Final = 100  # the most Zoom gives at once
_MOST_PAGES: Final = 50
_SESSIONS: Final = "/phone/sms/sessions"
_PATH_SEGMENT: Final = re.compile(r"(?!\.{1,2}$)[^/?]+")  # what asks of that message, and of nothing else


class ZoomArchive:
    """What an open account may be asked, at the connection's rate. Everything raises TryLater or Misconfigured.

    ``url``: of the API, without its final slash. Asking sends nothing: a question without an answer is asked again.
    """

    def __init__(self, url: str, wire: Wire, client: Client) -> None:
        self._url = url
        self._conn_id = wire.conn_id
        self._wire = wire
        self._client = client
        self._pacer = Pacer(wire.limits.rate_per_second)

    async def check(self) -> None:
        """Ask for one conversation, and see that it is Zoom that answers; the right to read is not needed."""
        response = await self._get(_SESSIONS, {"page_size": "1"})
        if response.is_success:
            with self._readable(or_else="ENDPOINT_NOT_FOUND"):
                Page.of(object_of(response), "sms_sessions")
            return
        error = look_up_error(response, self._conn_id)
        if error.code != MISSING_SCOPE:
            raise error

    async def delivery(self, sent: Sent) -> Delivery | None:
        """How far one message got; None where Zoom says nothing of it, or the id cannot be one of Zoom's."""
        session, _, message = sent.message_id.rpartition(":")
        if not (_PATH_SEGMENT.fullmatch(session) and _PATH_SEGMENT.fullmatch(message)):
            return None
        response = await self._get(f"{_session(session)}/messages/{quote(message, safe='')}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if not response.is_success:
            raise look_up_error(response, self._conn_id)
        try:
            return delivery(sent, object_of(response), self._conn_id)
        except ValueError:
            return None

    async def candidates(self, sought: Sought) -> list[Candidate]:
        """The conversations with that number at that time, then what each holds, the oldest first."""
        window = Window.of(sought).query
        found = []
        for session in await self._sessions(sought.to, window):
            messages = await self._list(_session(session), "sms_histories", window)
            with self._readable():
                found += candidates(sought, session, messages)
        return [candidate for _, candidate in sorted(found, key=lambda dated: dated[0])]

    async def numbers(self, phone: str) -> list[Item]:
        """The account's numbers that are this one, with whom each is assigned to."""
        return await self._list("/phone/numbers", "phone_numbers", {"type": "all", "phone_number": phone})

    async def _sessions(self, to: str, window: dict[str, str]) -> set[str]:
        # By default Zoom lists the users' conversations alone, by the time of their last message: a queue's number,
        # or an answer since, would hide ours. Whether it wants the sign before a number it shows by examples only,
        # which differ, and a filter it does not understand it may pass over: both ways are asked.
        query = {"session_type": "all", "filter_type": "sent_message_time", **window}
        found: set[str] = set()
        for number in (to, f"+{to}"):
            listed = await self._list(_SESSIONS, "sms_sessions", {"phone_number": number, **query})
            with self._readable():
                found |= sessions_with(to, listed)
        return found

    async def _list(self, path: str, name: str, query: dict[str, str]) -> list[Item]:
        items: list[Item] = []
        token = ""
        for _ in range(_MOST_PAGES):
            page_query = {**query, "page_size": str(_PAGE), **({"next_page_token": token} if token else {})}
            response = await self._get(path, page_query)
            if not response.is_success:
                raise look_up_error(response, self._conn_id)
            with self._readable():
                page = Page.of(object_of(response), name)
            items += page.items
            token = page.token
            if not token:
                return items
        raise TABLE["recherche"].error(self._conn_id, detail=f"plus de {_MOST_PAGES} pages")

    @contextmanager
    def _readable(self, or_else: str = "recherche") -> Iterator[None]:
        """The error for an answer that cannot be read: it must never look like nothing found."""
        try:
            yield
        except ValueError as error:
            raise TABLE[or_else].error(self._conn_id, detail="réponse illisible") from error

    async def _get(self, path: str, query: dict[str, str] | None = None) -> httpx.Response:
        await self._pacer.turn()
        try:
            return await self._client.get(f"{self._url}{path}", query)
        except httpx.TransportError as error:
            raise self._wire.unreachable(error) from error


def _session(session: str) -> str:
    return f"{_SESSIONS}/{quote(session, safe='')}"
