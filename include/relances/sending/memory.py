"""How a task that makes many short-lived values keeps Python's cycle collector from taking a third of its time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def rare_collections() -> Iterator[None]:
    """What is loaded already is not looked through again, and what comes is looked through less often."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
