"""Call lists that can be switched off; in which order a campaign dials."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_lists", sa.Column("active", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("call_lists", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("campaigns", sa.Column("dial_order", sa.String(), server_default="list", nullable=False))
    op.create_check_constraint(op.f("ck_campaigns_dial_order"), "campaigns", "dial_order IN ('list', 'newest')")
    op.create_index(
        "ix_contacts_ready_by_list",
        "contacts",
        ["campaign_id", sa.text("COALESCE(call_list_id, 0)"), "zone_id", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("state = 'ready'"),
    )


def downgrade() -> None:
    op.drop_index("ix_contacts_ready_by_list", table_name="contacts")
    op.drop_constraint(op.f("ck_campaigns_dial_order"), "campaigns")
    op.drop_column("campaigns", "dial_order")
    op.drop_column("call_lists", "version")
    op.drop_column("call_lists", "active")
