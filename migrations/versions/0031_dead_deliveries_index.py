"""By which the webhook deliveries are counted that were given up."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_webhook_deliveries_dead", "webhook_deliveries", ["id"], postgresql_where=sa.text("state = 'dead'")
    )


def downgrade() -> None:
    op.drop_index("ix_webhook_deliveries_dead", "webhook_deliveries")
