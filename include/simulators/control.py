"""The endpoints of whoever runs the experiment: ledger, statistics, faults."""

import hmac
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.exchange import json_answer
from simulators.faults import Faults, Plan, PlanRefusedError, read_plan
from simulators.ledger import Ledger
from simulators.stats import Stats

PATHS = frozenset({"/ledger", "/ledger/count", "/ledger/duplicates", "/stats", "/faults"})


class Control:
    """Reads and resets what the look-alikes share."""

    def __init__(self, ledger: Ledger, faults: Faults, stats: Stats) -> None:
        self._ledger = ledger
        self._faults = faults
        self._stats = stats

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint, each on one of `PATHS`."""
        return [
            web.get("/ledger", self._entries),
            web.delete("/ledger", self._forget),
            web.get("/ledger/count", self._told(lambda: {"count": len(self._ledger)})),
            web.get("/ledger/duplicates", self._told(lambda: {"duplicates": self._ledger.duplicates()})),
            web.get("/stats", self._told(lambda: self._stats.report() | {"accepted": len(self._ledger)})),
            web.get("/faults", self._told(self._faults.report)),
            web.put("/faults", self._set_faults),
            web.delete("/faults", self._clear_faults),
        ]

    def _told(self, report: Callable[[], object]) -> Handler:
        async def tell(_request: web.Request) -> web.StreamResponse:
            return json_answer(report())

        return tell

    async def _entries(self, request: web.Request) -> web.StreamResponse:
        try:
            since_seq, limit = _whole(request, "since_seq"), _whole(request, "limit")
        except ValueError as exc:
            return json_answer({"erreur": str(exc)}, status=400)
        entries = self._ledger.select(to=request.query.get("to"), since_seq=since_seq or 0, limit=limit)
        return json_answer({"entries": entries})

    async def _forget(self, _request: web.Request) -> web.StreamResponse:
        self._ledger.clear()
        return web.Response(status=204)

    async def _set_faults(self, request: web.Request) -> web.StreamResponse:
        try:
            self._faults.follow(read_plan(await request.read()))
        except PlanRefusedError as exc:
            return json_answer({"erreur": str(exc)}, status=400)
        return json_answer(self._faults.report())

    async def _clear_faults(self, _request: web.Request) -> web.StreamResponse:
        self._faults.follow(Plan())
        return web.Response(status=204)


def guarded(token: str | None) -> Middleware:
    """Ask for `Authorization: Bearer <token>` on the control endpoints, unless there is no token."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "")
        if (
            token is None
            or request.path not in PATHS
            or hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
        ):
            return await handler(request)
        erreur = "Jeton de contrôle absent ou faux : envoyez « Authorization: Bearer » et ce jeton."
        return json_answer({"erreur": erreur}, status=401)

    return guard


def _whole(request: web.Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is not None and not text.isdecimal():
        raise ValueError(f"« {name} » doit être un nombre entier positif ou nul, et non « {text} ».")
    return None if text is None else int(text)
