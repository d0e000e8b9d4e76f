"""The log of a connection in debug: each request and each answer, as :mod:`discretion` shows them.

httpx itself logs every address it calls, query and all: those lines are made discreet too.
"""

import json
import logging
from html import escape

import httpx

from relances_providers.discretion import HIDDEN, hidden_in, shown, shown_url

logger = logging.getLogger(__name__)


async def log_request(request: httpx.Request) -> None:
    """An event hook of a client: what is sent, headers left out."""
    body = shown(await request.aread(), request.headers.get("Content-Type", ""))
    logger.info("→ %s %s %s", request.method, shown_url(str(request.url)), body)


async def log_response(response: httpx.Response) -> None:
    """An event hook of a client: what is answered, headers left out."""
    await response.aread()
    said, kind = _without_echoes(response).encode(), response.headers.get("Content-Type", "")
    body = shown(said, kind, refusal=response.is_error)
    logger.info("← %s %s %s", response.status_code, shown_url(str(response.request.url)), body)


def _without_echoes(response: httpx.Response) -> str:
    request, answer = response.request, response.text
    for said in hidden_in(request.content, request.headers.get("Content-Type", "")):
        for written in (said, json.dumps(said)[1:-1], json.dumps(said, ensure_ascii=False)[1:-1], escape(said)):
            answer = answer.replace(written, HIDDEN)
    return answer


class _DiscreetUrls(logging.Filter):
    """Hides what an address holds in the lines of httpx; never drops one."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(shown_url(str(arg)) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


logging.getLogger("httpx").addFilter(_DiscreetUrls("discreet"))
