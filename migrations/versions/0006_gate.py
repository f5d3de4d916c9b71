"""Rules over time and place: dials of each number, regions, consent, campaign dates; the gate's decision on the call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REASONS = "'answered', 'final_disposition', 'attempts_exhausted', 'dnc', 'undialable', 'cancelled', 'removed'"
_NEW_REASONS = _REASONS.replace("'cancelled'", "'consent_missing', 'cancelled'")

# Whoever queues a call makes its number's row, so that the claim has one to lock, whatever the path.
_NUMBER_ROWS = """
CREATE FUNCTION remember_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO number_dials (phone_number) SELECT DISTINCT phone_number FROM new_rows ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER calls_remember_number AFTER INSERT ON calls REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION remember_number();
"""

_DIALED_BEFORE = """
INSERT INTO number_dials (phone_number, dialed_at)
SELECT phone_number, COALESCE(array_agg(claimed_at ORDER BY claimed_at) FILTER (
    WHERE claimed_at > clock_timestamp() - interval '31 days'
      AND disposition IS DISTINCT FROM 'withdrawn' AND disposition IS DISTINCT FROM 'not_dialed'
), '{}') FROM calls GROUP BY phone_number
"""


def upgrade() -> None:
    op.create_table(
        "number_dials",
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column(
            "dialed_at", postgresql.ARRAY(sa.DateTime(timezone=True)), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.PrimaryKeyConstraint("phone_number", name=op.f("pk_number_dials")),
        postgresql_with={"fillfactor": "70"},
    )
    op.add_column("zone_sets", sa.Column("regions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.drop_constraint("uq_zone_sets_zones", "zone_sets")
    op.create_unique_constraint("uq_zone_sets_zones_regions", "zone_sets", ["zones", "regions"])
    op.add_column("contacts", sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("consent_source", sa.String(), nullable=True))
    _final_reasons(_NEW_REASONS)
    op.add_column("calls", sa.Column("gate", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("calls", sa.Column("turn", sa.Double(), server_default="0", nullable=False))
    for column in (
        sa.Column("profile", sa.String(), server_default="none", nullable=False),
        sa.Column("number_caps", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("min_gap_seconds", sa.Integer(), nullable=True),
        sa.Column("skip_holidays", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("consent_required", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
    ):
        op.add_column("campaigns", column)
    op.create_check_constraint(op.f("ck_campaigns_weight_pos"), "campaigns", "weight > 0")
    op.create_check_constraint(op.f("ck_campaigns_min_gap_pos"), "campaigns", "min_gap_seconds > 0")
    op.create_check_constraint(op.f("ck_campaigns_dates"), "campaigns", "not_before < not_after")
    op.execute(_DIALED_BEFORE)
    op.execute(_NUMBER_ROWS)


def downgrade() -> None:
    op.execute("DROP TRIGGER calls_remember_number ON calls")
    op.execute("DROP FUNCTION remember_number()")
    for name in ("dates", "min_gap_pos", "weight_pos"):
        op.drop_constraint(op.f(f"ck_campaigns_{name}"), "campaigns")
    for name in (
        "priority",
        "weight",
        "not_after",
        "not_before",
        "consent_required",
        "skip_holidays",
        "min_gap_seconds",
        "number_caps",
        "profile",
    ):
        op.drop_column("campaigns", name)
    op.drop_column("calls", "turn")
    op.drop_column("calls", "gate")
    op.execute("UPDATE contacts SET final_reason = 'removed' WHERE final_reason = 'consent_missing'")
    _final_reasons(_REASONS)
    op.drop_column("contacts", "consent_source")
    op.drop_column("contacts", "consent_at")
    op.execute("""
        UPDATE contacts SET zone_id = same.id FROM zone_sets AS old
        JOIN (SELECT zones, min(id) AS id FROM zone_sets GROUP BY zones) AS same ON same.zones = old.zones
        WHERE contacts.zone_id = old.id AND old.id <> same.id
    """)
    op.execute("""
        UPDATE calls SET zone_id = same.id FROM zone_sets AS old
        JOIN (SELECT zones, min(id) AS id FROM zone_sets GROUP BY zones) AS same ON same.zones = old.zones
        WHERE calls.zone_id = old.id AND old.id <> same.id
    """)
    op.execute("DELETE FROM zone_sets WHERE id NOT IN (SELECT min(id) FROM zone_sets GROUP BY zones)")
    op.drop_constraint("uq_zone_sets_zones_regions", "zone_sets")
    op.drop_column("zone_sets", "regions")
    op.create_unique_constraint("uq_zone_sets_zones", "zone_sets", ["zones"])
    op.drop_table("number_dials")


def _final_reasons(reasons: str) -> None:
    op.drop_constraint(op.f("ck_contacts_final_reason"), "contacts")
    op.create_check_constraint(op.f("ck_contacts_final_reason"), "contacts", f"final_reason IN ({reasons})")
