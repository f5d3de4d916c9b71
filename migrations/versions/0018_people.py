"""People to speak to: how many a campaign has, when a callee was served, who was abandoned, and the tallies of that."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_DISPOSITIONS = (
    "'answered', 'busy', 'no_answer', 'rejected', 'unallocated', 'congestion', 'trunk_fault', 'failed', 'cancelled', "
    "'withdrawn', 'not_dialed', 'indeterminate'"
)
_NEW_DISPOSITIONS = _DISPOSITIONS.replace("'answered'", "'answered', 'abandoned'")

# One row an hour, which the listener of the campaign's node alone writes as a rule: nobody waits for it.
_TALLIES = """
CREATE FUNCTION tally_live_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO live_answers AS tally (campaign_id, profile, hour, answered, abandoned, abandoned_at)
    SELECT NEW.campaign_id, profile, date_trunc('hour', COALESCE(NEW.answered_at, clock_timestamp()), 'UTC'), 1,
           NEW.abandoned::int, CASE WHEN NEW.abandoned THEN clock_timestamp() END
    FROM (
        SELECT '' AS profile
        UNION SELECT split_part(applied, '/', 1)
        FROM jsonb_array_elements_text(COALESCE(NEW.gate -> 'profiles', '[]')) AS applied
    ) AS profiles ORDER BY profile
    ON CONFLICT (campaign_id, profile, hour) DO UPDATE SET answered = tally.answered + 1,
        abandoned = tally.abandoned + excluded.abandoned,
        abandoned_at = GREATEST(tally.abandoned_at, excluded.abandoned_at);
    RETURN NULL;
END $$;

CREATE TRIGGER calls_tally_live_answer AFTER UPDATE OF abandoned ON calls FOR EACH ROW
    WHEN (OLD.abandoned IS NULL AND NEW.abandoned IS NOT NULL AND NEW.campaign_id IS NOT NULL)
    EXECUTE FUNCTION tally_live_answer();
"""

# Who transfers has to say from now on to how many people; until then nobody is dialed.
_NOBODY_YET = """
UPDATE campaigns SET people = 0 WHERE answer_action @? '$.** ? (@.type == "transfer")'
"""


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("people", sa.Integer(), nullable=True))
    op.add_column("campaigns", sa.Column("abandon_ceiling", sa.Double(), nullable=True))
    op.create_check_constraint(op.f("ck_campaigns_people_ge_0"), "campaigns", "people >= 0")
    op.create_check_constraint(
        op.f("ck_campaigns_abandon_ceiling_range"), "campaigns", "abandon_ceiling > 0 AND abandon_ceiling <= 100"
    )
    op.add_column("calls", sa.Column("people", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("served_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("abandoned", sa.Boolean(), nullable=True))
    op.create_index("ix_calls_abandoned", "calls", ["phone_number", "ended_at"], postgresql_where=sa.text("abandoned"))
    _dispositions(_NEW_DISPOSITIONS)
    op.create_table(
        "live_answers",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.Column("abandoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_live_answers_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "profile", "hour", name=op.f("pk_live_answers")),
    )
    op.execute(_TALLIES)
    op.execute(_NOBODY_YET)


def downgrade() -> None:
    op.execute("DROP TRIGGER calls_tally_live_answer ON calls")
    op.execute("DROP FUNCTION tally_live_answer()")
    op.drop_table("live_answers")
    # A disposition that is known stands, but for one that isn't known any more.
    op.execute("ALTER TABLE calls DISABLE TRIGGER calls_transition")
    op.execute("UPDATE calls SET disposition = 'answered' WHERE disposition = 'abandoned'")
    op.execute("ALTER TABLE calls ENABLE TRIGGER calls_transition")
    op.execute("UPDATE contacts SET last_disposition = 'answered' WHERE last_disposition = 'abandoned'")
    _dispositions(_DISPOSITIONS)
    op.drop_index("ix_calls_abandoned", "calls")
    for name in ("abandoned", "served_at", "waiting_since", "people"):
        op.drop_column("calls", name)
    for name in ("abandon_ceiling_range", "people_ge_0"):
        op.drop_constraint(op.f(f"ck_campaigns_{name}"), "campaigns")
    op.drop_column("campaigns", "abandon_ceiling")
    op.drop_column("campaigns", "people")


def _dispositions(allowed: str) -> None:
    op.drop_constraint(op.f("ck_calls_disposition"), "calls")
    op.create_check_constraint(op.f("ck_calls_disposition"), "calls", f"disposition IN ({allowed})")
