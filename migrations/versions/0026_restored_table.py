"""A dump that is restored into the server that it came from is noticed: its tables are others. Who switched what."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("control", sa.Column("table_oid", sa.BigInteger(), nullable=True))
    op.create_table(
        "control_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_log")),
    )
    op.execute("UPDATE control SET table_oid = CAST(tableoid AS bigint) WHERE pg_timeline IS NOT NULL")


def downgrade() -> None:
    op.drop_table("control_log")
    op.drop_column("control", "table_oid")
