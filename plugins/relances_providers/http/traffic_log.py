"""The log of a connection in debug: each request and each answer, as :mod:`discretion` shows them."""

import json
import logging
from html import escape

import httpx

from relances_providers.discretion import HIDDEN, hidden_in, shown, shown_url
from relances_providers.http.answer_text import text_of

logger = logging.getLogger(__name__)


def log_request(request: httpx.Request) -> None:
    """What is sent, headers left out."""
    body = shown(request.content, request.headers.get("Content-Type", ""))
    logger.info("→ %s %s %s", request.method, shown_url(str(request.url)), body)


def log_response(response: httpx.Response) -> None:
    """What is answered, headers left out."""
    said, kind = _without_echoes(response).encode(), response.headers.get("Content-Type", "")
    body = shown(said, kind, refusal=response.is_error)
    logger.info("← %s %s %s", response.status_code, shown_url(str(response.request.url)), body)


def _without_echoes(response: httpx.Response) -> str:
    request, answer = response.request, text_of(response)
    for said in hidden_in(request.content, request.headers.get("Content-Type", "")):
        for written in (said, json.dumps(said)[1:-1], json.dumps(said, ensure_ascii=False)[1:-1], escape(said)):
            answer = answer.replace(written, HIDDEN)
    return answer
