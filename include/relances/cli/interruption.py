"""A command that is told to end puts away what it has begun, once, whatever it is told meanwhile."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_TO_END: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Make the first of the signals that end a process a KeyboardInterrupt, and the others nothing."""
    usual = {number: signal.getsignal(number) for number in _TO_END}

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in usual:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number, handler in usual.items():
        if handler != signal.SIG_IGN:  # nohup means what it says
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
