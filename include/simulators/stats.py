"""What was asked of the server, as it saw it."""

import time
from collections import Counter

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators import keycloak, zoom
from simulators.endings import ENDING


class Stats:
    """Counts of the provider look-alikes; requests to the control endpoints are not among them."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._in_flight_max = 0
        self._outcomes: Counter[str] = Counter()
        self._per_second: Counter[tuple[str, int]] = Counter()

    def begin(self, path: str) -> None:
        """A request for this path arrived."""
        self._per_second[path, int(time.time())] += 1
        self._in_flight += 1
        self._in_flight_max = max(self._in_flight, self._in_flight_max)

    def end(self, outcome: str) -> None:
        """A request ended with this status, or in another way."""
        self._in_flight -= 1
        self._outcomes[outcome] += 1

    def report(self) -> dict[str, object]:
        """Totals by path and outcome, requests by path and second of the Unix clock."""
        by_path: Counter[str] = Counter()
        seconds: dict[str, dict[int, int]] = {}
        for (path, second), count in self._per_second.items():
            by_path[path] += count
            seconds.setdefault(path, {})[second] = count
        return {
            "token_requests": by_path[keycloak.TOKEN_PATH] + by_path[zoom.TOKEN_PATH],
            "requests": by_path,
            "outcomes": self._outcomes,
            "in_flight": self._in_flight,
            "in_flight_max": self._in_flight_max,
            "per_second": seconds,
        }


def metered(stats: Stats, unmetered: frozenset[str]) -> Middleware:
    """Count every request but those for the `unmetered` paths."""

    @web.middleware
    async def meter(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in unmetered:
            return await handler(request)
        stats.begin(_path(request))
        outcome = "cancelled"
        try:
            response = await handler(request)
            outcome = request.get(ENDING, str(response.status))
        except web.HTTPException as exc:
            outcome = str(exc.status)
            raise
        finally:
            stats.end(outcome)
        return response

    return meter


def _path(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "other" if resource is None else resource.canonical
