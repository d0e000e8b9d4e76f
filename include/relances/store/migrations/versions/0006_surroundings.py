"""What stands around: the name of this history, so that a copy of it, or another installation, is not taken for it.

Forward only, and quick: no row of a relance is rewritten.
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
