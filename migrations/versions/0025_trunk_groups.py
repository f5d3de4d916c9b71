"""Trunk groups: a campaign or a call may name one instead of a trunk."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_WAYS = """
CREATE VIEW campaign_trunks AS
    SELECT id AS campaign_id, trunk_id, NULL::smallint AS trunk_group_id, 1::smallint AS weight
    FROM campaigns WHERE trunk_id IS NOT NULL
    UNION ALL
    SELECT campaign.id, member.trunk_id, member.group_id, member.weight
    FROM campaigns AS campaign JOIN trunk_group_members AS member ON member.group_id = campaign.trunk_group_id;
"""


def upgrade() -> None:
    op.create_table(
        "trunk_groups",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_trunk_groups_name")),
    )
    op.create_table(
        "trunk_group_members",
        sa.Column("group_id", sa.SmallInteger(), nullable=False),
        sa.Column("trunk_id", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_trunk_group_members_weight_pos")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["trunk_groups.id"], name=op.f("fk_trunk_group_members_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], name=op.f("fk_trunk_group_members_trunk_id")),
        sa.PrimaryKeyConstraint("group_id", "trunk_id", name=op.f("pk_trunk_group_members")),
    )
    op.add_column("campaigns", sa.Column("trunk_group_id", sa.SmallInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_campaigns_trunk_group_id"), "campaigns", "trunk_groups", ["trunk_group_id"], ["id"])
    op.alter_column("campaigns", "trunk_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_campaigns_trunk_or_group"), "campaigns", "(trunk_id IS NULL) <> (trunk_group_id IS NULL)"
    )
    op.add_column("calls", sa.Column("trunk_group_id", sa.SmallInteger(), nullable=True))
    op.execute(_WAYS)


def downgrade() -> None:
    op.execute("DROP VIEW campaign_trunks")
    op.drop_column("calls", "trunk_group_id")
    op.drop_constraint(op.f("ck_campaigns_trunk_or_group"), "campaigns")
    # The heaviest trunk of a group stands for it.
    op.execute("""
        UPDATE campaigns SET trunk_id = (
            SELECT trunk_id FROM trunk_group_members WHERE group_id = campaigns.trunk_group_id
            ORDER BY weight DESC, trunk_id LIMIT 1
        ) WHERE trunk_id IS NULL
    """)
    op.alter_column("campaigns", "trunk_id", nullable=False)
    op.drop_column("campaigns", "trunk_group_id")
    op.drop_table("trunk_group_members")
    op.drop_table("trunk_groups")
