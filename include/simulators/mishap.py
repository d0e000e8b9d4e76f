"""Faults on the requests that hold no message: tokens and look-ups."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.endings import ENDINGS
from simulators.faults import Faults, Place


def exposed(faults: Faults, place: Place, answer: Handler) -> Handler:
    """A handler with the latency and the faults of that place added."""

    async def answer_or_fail(request: web.Request) -> web.StreamResponse:
        rule = faults.draw(place)
        await asyncio.sleep(faults.delay())
        return await (answer(request) if rule is None else ENDINGS[rule.fault](request, rule, web.Response()))

    return answer_or_fail
