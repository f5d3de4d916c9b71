"""Numbers of an uploaded list that a spreadsheet had changed, and what they were read as."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_chunks", sa.Column("repaired", sa.Integer(), server_default="0", nullable=False))
    op.add_column("import_chunks", sa.Column("repairs", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_chunks", "repairs")
    op.drop_column("import_chunks", "repaired")
