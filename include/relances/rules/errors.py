"""The pipeline's own errors, named by what happens next."""


class PipelineError(Exception):
    """A sentence for the operator: cause and cure, in French, then in English."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(f"{french} — {english}")
        self.french = french
        self.english = english


class Blocked(PipelineError):
    """The run stops until a person mends what the message names; trying again would change nothing."""


class TryAgain(PipelineError):
    """What the message names stopped the task for now; run again, it takes up where it was."""
