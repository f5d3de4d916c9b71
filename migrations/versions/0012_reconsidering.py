"""Contacts that wait are asked about again when the rules that let them wait are edited."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STALE = sa.text("state = 'waiting' AND rules_version IS NOT NULL")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("rules_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("contacts", sa.Column("held_by", sa.String(), nullable=True))
    op.add_column("contacts", sa.Column("rules_version", sa.Integer(), nullable=True))
    op.create_index("ix_contacts_reconsider", "contacts", ["campaign_id", "rules_version"], postgresql_where=_STALE)


def downgrade() -> None:
    op.drop_index("ix_contacts_reconsider", table_name="contacts", postgresql_where=_STALE)
    op.drop_column("contacts", "rules_version")
    op.drop_column("contacts", "held_by")
    op.drop_column("campaigns", "rules_version")
