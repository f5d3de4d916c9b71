"""Files of numbers not to be called."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dnc_uploads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('receiving', 'completed', 'failed')", name=op.f("ck_dnc_uploads_state")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_dnc_uploads_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dnc_uploads")),
    )
    op.create_table(
        "dnc_refusals",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["dnc_uploads.id"], name=op.f("fk_dnc_refusals_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "line", name=op.f("pk_dnc_refusals")),
    )
    op.add_column("dnc", sa.Column("upload_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_dnc_upload_id"), "dnc", "dnc_uploads", ["upload_id"], ["id"])


def downgrade() -> None:
    op.drop_column("dnc", "upload_id")
    op.drop_table("dnc_refusals")
    op.drop_table("dnc_uploads")
