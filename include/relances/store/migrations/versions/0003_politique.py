"""The policy decides more: canal by niveau, costs, memory of numbers, oppositions, contacts, payments seen again.

Forward only. On millions of rows: seconds; no row of relance is rewritten.
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
