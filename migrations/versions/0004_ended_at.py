"""Calls by when they ended, for the figures; late dials, of which there are none or few."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_calls_ended_at", "calls", ["ended_at"], postgresql_where=sa.text("ended_at IS NOT NULL"))
    op.create_index(
        "ix_calls_late_dialed", "calls", ["late_dialed_at"], postgresql_where=sa.text("late_dialed_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_calls_late_dialed", table_name="calls")
    op.drop_index("ix_calls_ended_at", table_name="calls")
