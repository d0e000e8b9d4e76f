"""What the look-alikes read and write in the same way: forms, JSON, Basic authentication."""

from base64 import b64encode
from collections.abc import Mapping

import msgspec
from aiohttp import web
from yarl import URL


async def form_of(request: web.Request) -> dict[str, str]:
    """The fields of a form that say something."""
    content = (await request.read()).decode(errors="replace")
    fields = URL.build(query_string=content, encoded=True).query  # several times faster than the form's own parser
    return {name: value for name, value in fields.items() if value}


def whole(query: Mapping[str, str], name: str, default: int, *, minimum: int = 0) -> int:
    """A number in a query; raises ValueError, which names it."""
    text = query.get(name) or str(default)
    if not text.isdecimal() or int(text) < minimum:
        raise ValueError(name)
    return int(text)


def json_answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer in JSON."""
    content = msgspec.json.encode(body)
    return web.Response(status=status, body=content, headers=headers, content_type="application/json")


def basic(username: str, password: str) -> str:
    """The header of HTTP Basic authentication."""
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"
