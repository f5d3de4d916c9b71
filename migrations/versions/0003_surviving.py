"""PostgreSQL's history as claims know it; how often a piece of a list was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("control", sa.Column("pg_timeline", sa.String(), nullable=True))
    op.add_column("import_chunks", sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("import_chunks", "tries")
    op.drop_column("control", "pg_timeline")
