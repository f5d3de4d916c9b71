"""Since when an attempt has been due, for the figures: how long people wait for a call that they could have had."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("running_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "due_at")
    op.drop_column("contacts", "due_at")
    op.drop_column("campaigns", "running_since")
