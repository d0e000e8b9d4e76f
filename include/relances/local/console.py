"""What the operator reads while the stack works."""

import time


class Console:
    """Prints lines with the seconds since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def step(self, text: str) -> None:
        """One line of progress."""
        seconds = f"{time.monotonic() - self._begun:.1f}".replace(".", ",")
        print(f"[{seconds:>6} s] {text}", flush=True)

    def say(self, text: str) -> None:
        """Text as it is."""
        print(text, flush=True)
