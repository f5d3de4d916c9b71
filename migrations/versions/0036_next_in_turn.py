"""By which a claim finds a campaign's next calls, however many are queued: the order in which they are dialed."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    online.create_index(
        "ix_calls_waiting", "calls", ["trunk_id", "campaign_id", "turn", "id"], postgresql_where=_QUEUED
    )
    with op.get_context().autocommit_block():
        op.drop_index("ix_calls_queued", "calls", if_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    online.create_index("ix_calls_queued", "calls", ["trunk_id", "id"], postgresql_where=_QUEUED)
    op.drop_index("ix_calls_waiting", "calls")
