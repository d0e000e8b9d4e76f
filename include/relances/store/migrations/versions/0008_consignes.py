"""A run keeps the policy and the texts that it was decided with, who asked for it and who approved it.

Forward only.
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
