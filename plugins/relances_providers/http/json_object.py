"""Reads an answer that should be a JSON object."""

import httpx


def object_of(response: httpx.Response) -> dict[str, object]:
    """The body; raises ValueError where it is not a JSON object."""
    try:
        body = response.json()
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(body, dict):
        raise ValueError("not an object")  # noqa: TRY004 - to be caught with the other ways to be unreadable
    return body
