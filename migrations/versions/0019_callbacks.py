"""Callbacks: when a person wants to be called, who said so, and which call was that one."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_DUE = sa.text("callback_at IS NOT NULL AND state = 'ready'")


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_callbacks_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    op.create_index("ix_callbacks_contact", "callbacks", ["contact_id", "id"])
    op.add_column("contacts", sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_contacts_callback_not_done"), "contacts", "callback_at IS NULL OR state <> 'done'"
    )
    op.create_index("ix_contacts_callback", "contacts", ["campaign_id", "callback_at"], postgresql_where=_DUE)
    op.add_column("calls", sa.Column("callback_for", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "callback_for")
    op.drop_index("ix_contacts_callback", table_name="contacts", postgresql_where=_DUE)
    op.drop_column("contacts", "callback_at")
    op.drop_table("callbacks")
