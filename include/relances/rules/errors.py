"""The pipeline's own errors, named by what happens next. Their messages are French first, English after the dash."""


class Blocked(Exception):
    """The run stops until a person mends what the message names; trying again would change nothing."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(f"{french} — {english}")


class TryAgain(Exception):
    """What the message names stopped the task for now; run again, it takes up where it was."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(f"{french} — {english}")
