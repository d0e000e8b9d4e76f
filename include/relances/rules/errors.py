"""The pipeline's own error, named by what happens next."""


class Blocked(Exception):
    """The run stops until a person mends what the message names; trying again would change nothing."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(f"{french} — {english}")
