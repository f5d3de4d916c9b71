"""By which the live stream reads."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_calls_ended_xact",
        "calls",
        ["campaign_id", "ended_xact", "id"],
        postgresql_where=sa.text("ended_xact IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_calls_ended_xact", "calls")
