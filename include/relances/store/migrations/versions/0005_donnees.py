"""Data: échéances that cannot be true set their row aside, whatever the source.

Forward only. At once: no row is read or rewritten.
"""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
