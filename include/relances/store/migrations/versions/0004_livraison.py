"""Delivery: voies shared by all who send, other ways to arrive, messages without news.

Forward only. On millions of rows: seconds; no row of relance is rewritten.
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
