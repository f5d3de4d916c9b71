"""By which the lists are found whose contacts are being removed."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_call_lists_withdrawing",
        "call_lists",
        ["id"],
        postgresql_where=sa.text("withdrawn_at IS NOT NULL AND removal_finished_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_call_lists_withdrawing", "call_lists")
