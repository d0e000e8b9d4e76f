"""One JSON document for a script, in plain ASCII, written as its rows come."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

Record: TypeAlias = dict[str, str | int | float | None]


def document(head: Mapping[str, object], **lists: Iterable[Record]) -> Iterator[str]:
    """The pieces of an object: what is in ``head``, then each of these lists, a row a line."""
    begun = json.dumps(head)[:-1]
    separator = ", " if head else ""
    for name, rows in lists.items():
        yield f"{begun}{separator}{json.dumps(name)}: ["
        begun, separator = "", ", "
        between = "\n"
        for row in rows:
            yield between + json.dumps(row)
            between = ",\n"
        yield "]"
    yield "}\n"
