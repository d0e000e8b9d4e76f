"""``python -m relances.cli diagnostic``, ``apercu``…: the commands, over the connections of this environment."""

import argparse
import logging
import sys
from collections.abc import Sequence

from relances.cli.affichage import spoken
from relances.cli.commande import INTERRUPTED, REFUSED, run_of
from relances.cli.grammaire import grammar
from relances.cli.interruption import interruptible
from relances.rules.errors import PipelineError
from relances_providers.errors import ProviderError


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was found or done; returns the exit code."""
    with spoken():
        parser, _ = grammar()
        given = parser.parse_args(argv)
        with interruptible():
            return _run(given)


def _run(given: argparse.Namespace) -> int:
    try:
        return run_of(given)(given)
    except (PipelineError, ProviderError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # stages and libraries write for the log of a task
    sys.exit(main())
