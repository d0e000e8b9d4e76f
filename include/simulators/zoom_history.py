"""What Zoom tells of SMS sessions and their messages, with the shapes of its API reference."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from simulators.delivery import Stage, stage_of
from simulators.entry import Entry
from simulators.exchange import whole
from simulators.magic import code_of
from simulators.refusal import RefusedError
from simulators.settings import Settings
from simulators.zoom_codes import BAD_PAGE, LATER, NO_HISTORY, NO_PERIOD, FieldError, invalid
from simulators.zoom_sessions import Sms, ZoomSessions, digits

Resource: TypeAlias = dict[str, object]
Query: TypeAlias = Mapping[str, str]

_PAGE_SIZE, _LARGEST_PAGE = 30, 100
_MONTH = timedelta(days=30)


class ZoomHistory:
    """Reads the sessions; raises RefusedError for what is not there or not asked in order."""

    def __init__(self, settings: Settings, sessions: ZoomSessions) -> None:
        self._sessions = sessions
        self._step = timedelta(seconds=settings.delivery_seconds)

    def message(self, session_id: str, message_id: str) -> Resource:
        """One message as it is now."""
        sms = self._sessions.message(session_id, message_id)
        if sms is None:
            raise RefusedError(NO_HISTORY)
        return self._shown(sms, datetime.now(UTC))

    def session(self, session_id: str, query: Query) -> Resource:
        """The messages of a session, newest first unless `sort` is 1."""
        messages, now = self._sessions.messages(session_id), datetime.now(UTC)
        if not messages:
            raise RefusedError(NO_HISTORY)
        since, until = _period(query, now)
        found = [self._shown(sms, now) for sms in messages if since <= sms[0].wall < until]
        return _page("sms_histories", found if query.get("sort") == "1" else found[::-1], query)

    def sessions(self, query: Query) -> Resource:
        """The sessions of a number, or all, the one with the newest message first.

        As at Zoom, a session is in the period when its last message is, unless `filter_type` says otherwise.
        """
        since, until = _period(query, datetime.now(UTC))
        last_alone = query.get("filter_type", "last_message_time") == "last_message_time"
        found = []
        for session_id in self._sessions.of(query.get("phone_number")):
            messages = self._sessions.messages(session_id)
            if any(since <= sms[0].wall < until for sms in (messages[-1:] if last_alone else messages)):
                found.append((messages[-1][0].seq, _session(session_id, messages[-1])))
        found.sort(key=lambda each: each[0], reverse=True)
        return _page("sms_sessions", [session for _, session in found], query)

    def _shown(self, sms: Sms, now: datetime) -> Resource:
        first = sms[0]
        return {
            "message_id": first.uuid,
            "message": first.text,
            "message_type": 1 if len(sms) == 1 else 3,
            "direction": "Out",
            "date_time": utc(first.wall),
            "delivery_status": _delivery_status(first, stage_of(first, self._step, now), self._sessions.fate(sms)),
            "sender": {"phone_number": digits(first.sender)},
            "to_members": [{"phone_number": entry.to} for entry in sms],
            "attachments": [],
        }


def utc(moment: datetime) -> str:
    """As Zoom writes it, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _session(session_id: str, last: Sms) -> Resource:
    owner = {"phone_number": digits(last[0].sender), "is_session_owner": True}
    others = [{"phone_number": entry.to, "is_session_owner": False} for entry in last]
    return {
        "session_id": session_id,
        "session_type": "user",
        "last_access_time": utc(last[0].wall),
        "participants": [owner, *others],
    }


def _delivery_status(entry: Entry, stage: Stage, fate: str | None) -> str:
    return fate or LATER.get(code_of(entry.to), "delivered") if stage is Stage.SETTLED else "sent"


def _period(query: Query, now: datetime) -> tuple[datetime, datetime]:
    """From when, and until before when; the last month when the query does not say."""
    if ("from" in query) is not ("to" in query):
        raise RefusedError(NO_PERIOD)
    if "from" not in query:
        return now - _MONTH, now
    try:
        since, until = (datetime.fromisoformat(query[name]).replace(tzinfo=UTC) for name in ("from", "to"))
    except ValueError as exc:
        raise RefusedError(invalid(FieldError("from"), FieldError("to"))) from exc
    return since, until + (timedelta(days=1) if len(query["to"]) == 10 else timedelta(seconds=1))


def _page(name: str, found: Sequence[Resource], query: Query) -> Resource:
    try:
        size, start = whole(query, "page_size", _PAGE_SIZE, minimum=1), whole(query, "next_page_token", 0)
    except ValueError as exc:
        raise RefusedError(BAD_PAGE) from exc
    size = min(size, _LARGEST_PAGE)
    more = str(start + size) if len(found) > start + size else ""
    return {"next_page_token": more, "page_size": size, name: found[start : start + size]}
