"""Contacts that are done made due again, a batch at a time; attempts beyond the campaign's cap."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requeues",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("call_list_id", sa.BigInteger(), nullable=True),
        sa.Column("dispositions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("more_attempts", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("requeued", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('running', 'completed', 'cancelled')", name=op.f("ck_requeues_state")),
        sa.CheckConstraint("more_attempts > 0", name=op.f("ck_requeues_more_attempts_pos")),
        sa.ForeignKeyConstraint(["call_list_id"], ["call_lists.id"], name=op.f("fk_requeues_call_list_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_requeues_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requeues")),
    )
    op.create_index("ix_requeues_campaign", "requeues", ["campaign_id", "id"])
    op.create_index("ix_requeues_running", "requeues", ["id"], postgresql_where=sa.text("state = 'running'"))
    op.add_column("contacts", sa.Column("extra_attempts", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("contacts", "extra_attempts")
    op.drop_table("requeues")
