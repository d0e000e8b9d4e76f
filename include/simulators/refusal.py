"""How a request that is not in order leaves a look-alike: by an exception that knows its answer."""

from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler


class Refusal(Protocol):
    """Why a request is not in order, in the words of its provider."""

    def response(self) -> web.Response:
        """The answer."""
        ...


class RefusedError(Exception):
    """The request is not in order."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def refusing(handler: Handler) -> Handler:
    """A handler that turns refusals into answers."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as exc:
            return exc.refusal.response()

    return answer
