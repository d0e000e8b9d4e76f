"""Data as they really come: two people of one telephone, numbers that read one way only, échéances beyond sense, faults
of an account that are told late.

Forward only. Imported contacts are rewritten, which are few; of relances, those alone that wait to be read again.
"""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
