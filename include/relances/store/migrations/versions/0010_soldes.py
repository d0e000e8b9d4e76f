"""Balances are read once for all lots of a fournisseur, and a relance leaves only by a reading that is recent.

Forward only.
"""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
