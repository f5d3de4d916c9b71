"""By which a campaign's contacts are listed and exported: their numbers may be edited, their ids never."""

from alembic import op

from migrations import online

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index("ix_contacts_campaign", "contacts", ["campaign_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_contacts_campaign", "contacts")
