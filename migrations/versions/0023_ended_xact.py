"""Which transaction ended a call, or corrected its end: the order in which the live stream tells of calls."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Calls that ended before have none: the stream begins with what ends from now on.
_NOTE = """
CREATE FUNCTION note_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.ended_xact := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE TRIGGER calls_note_end BEFORE UPDATE OF state, disposition ON calls FOR EACH ROW
    WHEN (NEW.disposition IS DISTINCT FROM OLD.disposition AND NEW.campaign_id IS NOT NULL)
    EXECUTE FUNCTION note_end();
"""


def upgrade() -> None:
    op.add_column("calls", sa.Column("ended_xact", sa.BigInteger(), nullable=True))
    op.execute(_NOTE)


def downgrade() -> None:
    op.execute("DROP TRIGGER calls_note_end ON calls")
    op.execute("DROP FUNCTION note_end()")
    op.drop_column("calls", "ended_xact")
