"""The rules that the database itself keeps: allowed transitions, and counts that cannot be forgotten."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TRANSITIONS = """
CREATE FUNCTION check_call_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ended' THEN
        -- The truth may replace "indeterminate", once; a disposition that is known stands.
        IF NEW.state = 'ended' AND OLD.disposition = 'indeterminate' AND NEW.disposition <> 'indeterminate' THEN
            RETURN NEW;
        END IF;
    ELSIF (OLD.state, NEW.state) IN (
        ('queued', 'originating'), ('queued', 'ended'),
        ('originating', 'queued'), ('originating', 'ringing'), ('originating', 'up'), ('originating', 'ended'),
        ('ringing', 'up'), ('ringing', 'ended'),
        ('up', 'ended')
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'call %: % (%) -> % (%) is not a transition that a call can make',
        OLD.id, OLD.state, OLD.disposition, NEW.state, NEW.disposition
        USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_transition';
END $$;

CREATE TRIGGER calls_transition BEFORE UPDATE OF state, disposition ON calls FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.disposition IS DISTINCT FROM NEW.disposition)
    EXECUTE FUNCTION check_call_transition();
"""

_COUNTS = """
CREATE FUNCTION count_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO campaign_count_deltas (campaign_id, key, delta)
        SELECT campaign_id, 'contacts.' || concat_ws('.', state, final_reason), count(*) FROM new_rows GROUP BY 1, 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO campaign_count_deltas (campaign_id, key, delta)
        SELECT campaign_id, 'contacts.' || concat_ws('.', state, final_reason), -count(*) FROM old_rows GROUP BY 1, 2;
    ELSE
        INSERT INTO campaign_count_deltas (campaign_id, key, delta)
        SELECT campaign_id, key, sum(n) FROM (
            SELECT campaign_id, 'contacts.' || concat_ws('.', state, final_reason) AS key, 1 AS n FROM new_rows
            UNION ALL
            SELECT campaign_id, 'contacts.' || concat_ws('.', state, final_reason), -1 FROM old_rows
        ) AS change GROUP BY 1, 2 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_count_insert AFTER INSERT ON contacts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_contacts();
CREATE TRIGGER contacts_count_update AFTER UPDATE ON contacts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_contacts();
CREATE TRIGGER contacts_count_delete AFTER DELETE ON contacts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_contacts();

CREATE FUNCTION count_ended_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO campaign_count_deltas (campaign_id, key, delta)
    SELECT campaign_id, 'calls.' || disposition, sum(n) FROM (
        SELECT campaign_id, disposition, 1 AS n FROM new_rows WHERE state = 'ended'
        UNION ALL
        SELECT campaign_id, disposition, -1 FROM old_rows WHERE state = 'ended'
    ) AS change WHERE campaign_id IS NOT NULL GROUP BY 1, 2 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER calls_count_update AFTER UPDATE ON calls REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_ended_calls();
"""

# What a new contact of an unknown zone points to; other sets are added as numbers need them.
_ROWS = """
INSERT INTO control (id) VALUES (1);
INSERT INTO zone_sets (zones) VALUES ('{}');
"""


def upgrade() -> None:
    op.execute(_TRANSITIONS)
    op.execute(_COUNTS)
    op.execute(_ROWS)


def downgrade() -> None:
    op.execute("DROP TRIGGER calls_transition ON calls")
    op.execute("DROP TRIGGER calls_count_update ON calls")
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER contacts_count_{event} ON contacts")
    op.execute("DROP FUNCTION check_call_transition(), count_contacts(), count_ended_calls()")
    op.execute("DELETE FROM control")
    op.execute("DELETE FROM zone_sets WHERE zones = '{}'")
