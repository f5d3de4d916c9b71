"""Caller ids that a trunk owns, and campaigns that choose among them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "caller_ids",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("trunk_id", sa.SmallInteger(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False, server_default="true"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_caller_ids"),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], name="fk_caller_ids_trunk_id"),
        sa.UniqueConstraint("phone_number", name="uq_caller_ids_phone_number"),
        sa.CheckConstraint(r"phone_number ~ '^\+[0-9]{6,19}$'", name=op.f("ck_caller_ids_e164")),
    )
    op.create_index("ix_caller_ids_trunk", "caller_ids", ["trunk_id", "id"])
    op.add_column("campaigns", sa.Column("caller_id_pool", postgresql.JSONB(), nullable=True))
    op.create_check_constraint(
        op.f("ck_campaigns_one_caller_id"), "campaigns", "caller_id IS NULL OR caller_id_pool IS NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_campaigns_one_caller_id"), "campaigns", type_="check")
    op.drop_column("campaigns", "caller_id_pool")
    op.drop_table("caller_ids")
