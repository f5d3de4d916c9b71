"""Further numbers of a contact, in the order in which they are tried."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_numbers",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("zone_id", sa.SmallInteger(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.CheckConstraint("position >= 1", name=op.f("ck_contact_numbers_position_ge_1")),
        sa.CheckConstraint(
            "char_length(phone_number) BETWEEN 7 AND 20", name=op.f("ck_contact_numbers_phone_number_len")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name=op.f("fk_contact_numbers_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zone_sets.id"], name=op.f("fk_contact_numbers_zone_id")),
        sa.PrimaryKeyConstraint("contact_id", "position", name=op.f("pk_contact_numbers")),
    )
    op.create_index("ix_contact_numbers_phone_number", "contact_numbers", ["phone_number"])
    op.add_column("contacts", sa.Column("position", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.execute("""
        UPDATE contacts SET zone_id = number.zone_id FROM contact_numbers AS number
        WHERE number.contact_id = contacts.id AND number.position = 1 AND contacts.position > 1
    """)
    op.drop_column("contacts", "position")
    op.drop_table("contact_numbers")
