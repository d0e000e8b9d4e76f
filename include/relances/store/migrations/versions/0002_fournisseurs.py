"""Several fournisseurs: templates, what they say afterwards, numbers not to write to any more.

Forward only. On millions of rows: seconds, for the checks and the indexes; no row is rewritten.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
