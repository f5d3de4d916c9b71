"""What PBXs did when they were asked to play an uploaded sound."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sound_checks",
        sa.Column("sound_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('ok', 'missing', 'error')", name=op.f("ck_sound_checks_state")),
        sa.ForeignKeyConstraint(["sound_id"], ["sounds.id"], name=op.f("fk_sound_checks_sound_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["node_id"], ["pbx_nodes.id"], name=op.f("fk_sound_checks_node_id")),
        sa.PrimaryKeyConstraint("sound_id", "node_id", name=op.f("pk_sound_checks")),
    )


def downgrade() -> None:
    op.drop_table("sound_checks")
