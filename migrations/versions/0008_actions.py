"""What is found out about an answered call: the menu's digit, who answered, the dialplan's report, a wished call back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXTS = ("digit", "amd_status", "result")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("calls", sa.Column(name, sa.String(), nullable=True))
    op.add_column("calls", sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("callback_at", *_TEXTS):
        op.drop_column("calls", name)
