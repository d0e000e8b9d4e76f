"""``python -m relances.local``: the ``relances`` command."""

import sys

from relances.local.cli import main

sys.exit(main())
