"""What goes wrong on this machine and the operator can mend."""


class LocalError(Exception):
    """One sentence for the operator: the cause and the cure. Shown without a traceback, exit code 1."""
