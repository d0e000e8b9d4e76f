"""What a command prints, in whatever terminal, pipe or cron it runs."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from relances.rules.lettres import PLAIN


@contextmanager
def spoken() -> Iterator[None]:
    """Let everything be printed: in plainer letters where the output has no others, and nowhere once nobody listens.

    SystemExit with 1 where whoever read the output is gone.
    """
    for stream in _outputs():
        stream.reconfigure(errors=PLAIN)
    try:
        try:
            yield
        finally:
            for stream in _outputs():
                stream.flush()
    except BrokenPipeError:
        gone = [stream for stream in _outputs() if _is_gone(stream.fileno())]
        if not gone:  # another pipe, a connection: not what is printed
            raise
        for stream in gone:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # Python writes once more at its end
        raise SystemExit(1) from None


def _outputs() -> list[TextIOWrapper]:
    """The output streams that are open: a shell may close either, a test may replace it."""
    return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, TextIOWrapper)]


def _is_gone(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(0))  # an error or an end, which are told unasked
