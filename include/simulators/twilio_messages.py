"""The messages of a Twilio account: one by one, or in pages."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import TypeAlias

from yarl import URL

from simulators.delivery import Stage, stage_of
from simulators.entry import Entry
from simulators.exchange import whole
from simulators.ledger import Ledger
from simulators.refusal import RefusedError
from simulators.settings import Settings
from simulators.twilio_codes import BAD_PARAMETER, NOT_FOUND
from simulators.twilio_resource import Resource, Resources, uuid_in

PROVIDER = "twilio"
Query: TypeAlias = Mapping[str, str]

_PAGE_SIZE, _LARGEST_PAGE = 50, 1000
_wall, _seq = attrgetter("wall"), attrgetter("seq")


class TwilioMessages:
    """Finds them in the ledger. A message is at a `Stage` that time alone decides."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._ledger = ledger
        self._resources = Resources(settings)
        self._step = timedelta(seconds=settings.delivery_seconds)

    def created(self, entry: Entry) -> Resource:
        """A message just accepted."""
        return self._resources.show(entry, Stage.QUEUED, None)

    def one(self, sid: str, path: str) -> Resource:
        """The message of this id, as it is now; raises RefusedError when there is none."""
        entry = self._entry(sid)
        if entry is None:
            raise RefusedError(NOT_FOUND.about(path))
        return self._now(entry, datetime.now(UTC))

    def page(self, query: Query) -> Resource:
        """The messages sought, newest first. `DateSent` filters leave out those that are not sent yet.

        Raises RefusedError for a size, a date or a page token that is not one.
        """
        now = datetime.now(UTC)
        entries = self._addressed_to(query.get("To"))
        try:
            number, size = whole(query, "Page", 0), whole(query, "PageSize", _PAGE_SIZE, minimum=1)
            window = self._window(entries, query, now)
        except ValueError as exc:
            raise RefusedError(BAD_PARAMETER.about(str(exc))) from exc
        size = min(size, _LARGEST_PAGE)
        shown = (self._now(entries[index], now) for index in reversed(window))
        sought = (each for each in shown if query.get("From", each["from"]) == each["from"])
        return self._envelope(list(islice(sought, size + 1)), number, size, query)

    def _addressed_to(self, to: str | None) -> Sequence[Entry]:
        if to is None:
            return self._ledger.accepted_by(PROVIDER)
        channel, _, number = to.partition(":+")
        return self._ledger.accepted_by(PROVIDER, number) if channel == "whatsapp" else ()

    def _window(self, entries: Sequence[Entry], query: Query, now: datetime) -> range:
        """Where the entries are that the dates and the page allow; raises ValueError for what is no date or token."""
        first, last = 0, len(entries)
        if "DateSent" in query:
            day = _moment(query["DateSent"][:10])
            first, last = self._sent_from(entries, day), self._sent_from(entries, day + timedelta(days=1))
        if "DateSent>" in query:
            first = max(first, self._sent_from(entries, _moment(query["DateSent>"])))
        if "DateSent<" in query:
            last = min(last, self._sent_from(entries, _moment(query["DateSent<"]) + timedelta(seconds=1)))
        if any(name.startswith("DateSent") for name in query):
            last = min(last, bisect_right(entries, now - self._step, key=_wall))
        if token := query.get("PageToken"):
            last = min(last, bisect_left(entries, self._last_shown(token).seq, key=_seq))
        return range(first, last)

    def _sent_from(self, entries: Sequence[Entry], moment: datetime) -> int:
        return bisect_left(entries, moment - self._step, key=_wall)

    def _last_shown(self, token: str) -> Entry:
        entry = self._entry(token.removeprefix("PA"))
        if entry is None:
            raise ValueError("PageToken")
        return entry

    def _entry(self, sid: str) -> Entry | None:
        uuid = uuid_in(sid)
        found = [] if uuid is None else self._ledger.message(uuid)
        return next((entry for entry in found if entry.provider == PROVIDER), None)

    def _now(self, entry: Entry, now: datetime) -> Resource:
        return self._resources.show(entry, stage_of(entry, self._step, now), self._ledger.fate(entry))

    def _envelope(self, found: Sequence[Resource], number: int, size: int, query: Query) -> Resource:
        shown, uri = found[:size], URL.build(path=f"{self._resources.root}.json")
        first = {name: value for name, value in query.items() if name not in {"Page", "PageToken"}}
        after = {"Page": str(number + 1), "PageToken": f"PA{shown[-1]['sid']}"} if len(found) > size else None
        return {
            "first_page_uri": str(uri.with_query(first | {"Page": "0"})),
            "next_page_uri": None if after is None else str(uri.with_query(first | after)),
            "previous_page_uri": None,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(0, len(shown) - 1),
            "uri": str(uri.with_query(query)),
            "messages": shown,
        }


def _moment(text: str) -> datetime:
    """A date, which is its midnight, or a moment; in GMT."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
