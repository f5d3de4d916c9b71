"""Nodes that connect to their listener themselves, and the port at which it waits for them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pbx_nodes", sa.Column("events_port", sa.Integer(), nullable=True))
    op.create_unique_constraint(op.f("uq_pbx_nodes_events_port"), "pbx_nodes", ["events_port"])
    op.create_check_constraint(op.f("ck_pbx_nodes_events_port"), "pbx_nodes", "events_port BETWEEN 1024 AND 65535")


def downgrade() -> None:
    op.drop_column("pbx_nodes", "events_port")
