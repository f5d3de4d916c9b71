"""Contacts that are put by their external id, and cancelled while they are being called."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_contacts_external_id",
        "contacts",
        ["campaign_id", "external_id"],
        unique=False,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_contacts_external_id", table_name="contacts", postgresql_where=sa.text("external_id IS NOT NULL"))
    op.drop_column("contacts", "cancelled_at")
