"""Exports that are made in the background, and call lists that are pulled out again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("data_columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('calls', 'contacts')", name=op.f("ck_exports_kind")),
        sa.CheckConstraint("format IN ('csv', 'xlsx', 'ndjson')", name=op.f("ck_exports_format")),
        sa.CheckConstraint("state IN ('running', 'completed', 'failed', 'expired')", name=op.f("ck_exports_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_running", "exports", ["id"], postgresql_where=sa.text("state = 'running'"))
    op.create_index("ix_exports_expiring", "exports", ["expires_at"], postgresql_where=sa.text("state = 'completed'"))
    op.create_table(
        "export_parts",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["exports.id"], name=op.f("fk_export_parts_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("export_id", "n", name=op.f("pk_export_parts")),
    )
    # The parts are compressed already.
    op.execute("ALTER TABLE export_parts ALTER COLUMN content SET STORAGE EXTERNAL")
    op.add_column("call_lists", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call_lists", sa.Column("removed", sa.Integer(), server_default="0", nullable=False))
    op.add_column("call_lists", sa.Column("removed_to", sa.BigInteger(), nullable=True))
    op.add_column("call_lists", sa.Column("removal_finished_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in ("removal_finished_at", "removed_to", "removed", "withdrawn_at"):
        op.drop_column("call_lists", column)
    op.drop_table("export_parts")
    op.drop_table("exports")
