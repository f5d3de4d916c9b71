"""What contacts and their data refer to is looked up once for a statement, no longer once a row.

An import gives two thousand contacts of one campaign and one list at a time. A foreign key asks for each row, with a
query of its own, whether that campaign, that list and that place exist: half of what an insert cost. The same rules are
kept here as PostgreSQL keeps them: what is referred to is locked until the end of the transaction, and can't be deleted
as long as it is referred to (docs/adr/0016-import-profile.md).
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_FOREIGN_KEYS = (
    ("contacts", "campaign_id", "campaigns", ""),
    ("contacts", "call_list_id", "call_lists", ""),
    ("contacts", "zone_id", "zone_sets", ""),
    ("contact_data", "contact_id", "contacts", " ON DELETE CASCADE"),
)

_REFERENCES = """
CREATE FUNCTION refuse_reference(child text, col text, value bigint, parent text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is %, and there is no such row in %', col, child, value, parent
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_' || child || '_' || col;
END $$;

CREATE FUNCTION check_new_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing bigint;
BEGIN
    PERFORM FROM campaigns WHERE id IN (SELECT campaign_id FROM new_rows) FOR KEY SHARE;
    SELECT campaign_id INTO missing FROM new_rows
        WHERE NOT EXISTS (SELECT FROM campaigns WHERE id = campaign_id) LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference('contacts', 'campaign_id', missing, 'campaigns');
    END IF;
    PERFORM FROM call_lists WHERE id IN (SELECT call_list_id FROM new_rows) FOR KEY SHARE;
    SELECT call_list_id INTO missing FROM new_rows
        WHERE call_list_id IS NOT NULL AND NOT EXISTS (SELECT FROM call_lists WHERE id = call_list_id) LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference('contacts', 'call_list_id', missing, 'call_lists');
    END IF;
    PERFORM FROM zone_sets WHERE id IN (SELECT zone_id FROM new_rows) FOR KEY SHARE;
    SELECT zone_id INTO missing FROM new_rows
        WHERE NOT EXISTS (SELECT FROM zone_sets WHERE id = zone_id) LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference('contacts', 'zone_id', missing, 'zone_sets');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION check_moved_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM campaigns WHERE id = NEW.campaign_id FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM refuse_reference('contacts', 'campaign_id', NEW.campaign_id, 'campaigns');
    END IF;
    PERFORM FROM call_lists WHERE id = NEW.call_list_id FOR KEY SHARE;
    IF NOT FOUND AND NEW.call_list_id IS NOT NULL THEN
        PERFORM refuse_reference('contacts', 'call_list_id', NEW.call_list_id, 'call_lists');
    END IF;
    PERFORM FROM zone_sets WHERE id = NEW.zone_id FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM refuse_reference('contacts', 'zone_id', NEW.zone_id, 'zone_sets');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION check_new_contact_data() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing bigint;
BEGIN
    PERFORM FROM contacts WHERE id IN (SELECT contact_id FROM new_rows) FOR KEY SHARE;
    SELECT contact_id INTO missing FROM new_rows
        WHERE NOT EXISTS (SELECT FROM contacts WHERE id = contact_id) LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference('contact_data', 'contact_id', missing, 'contacts');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION keep_contact_of_data() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the data of contact % can''t become that of contact %', OLD.contact_id, NEW.contact_id
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_contact_data_contact_id';
END $$;

CREATE FUNCTION delete_contact_data() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM contact_data USING old_rows WHERE contact_id = old_rows.id;
    RETURN NULL;
END $$;

CREATE FUNCTION keep_what_contacts_refer_to() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE referred boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM contacts WHERE %I = $1)', TG_ARGV[0]) INTO referred USING OLD.id;
    IF referred THEN
        RAISE EXCEPTION 'row % of % has contacts', OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_contacts_' || TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_refer AFTER INSERT ON contacts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION check_new_contacts();
CREATE TRIGGER contacts_refer_still AFTER UPDATE OF campaign_id, call_list_id, zone_id ON contacts FOR EACH ROW
    WHEN (OLD.campaign_id <> NEW.campaign_id OR OLD.call_list_id IS DISTINCT FROM NEW.call_list_id
        OR OLD.zone_id <> NEW.zone_id)
    EXECUTE FUNCTION check_moved_contact();
CREATE TRIGGER contacts_take_their_data AFTER DELETE ON contacts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION delete_contact_data();
CREATE TRIGGER contact_data_refer AFTER INSERT ON contact_data REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION check_new_contact_data();
CREATE TRIGGER contact_data_refer_still BEFORE UPDATE OF contact_id ON contact_data FOR EACH ROW
    WHEN (OLD.contact_id <> NEW.contact_id) EXECUTE FUNCTION keep_contact_of_data();
CREATE TRIGGER campaigns_referred AFTER DELETE ON campaigns FOR EACH ROW
    EXECUTE FUNCTION keep_what_contacts_refer_to('campaign_id');
CREATE TRIGGER call_lists_referred AFTER DELETE ON call_lists FOR EACH ROW
    EXECUTE FUNCTION keep_what_contacts_refer_to('call_list_id');
CREATE TRIGGER zone_sets_referred AFTER DELETE ON zone_sets FOR EACH ROW
    EXECUTE FUNCTION keep_what_contacts_refer_to('zone_id');
"""

_TRIGGERS = (
    ("contacts_refer", "contacts"),
    ("contacts_refer_still", "contacts"),
    ("contacts_take_their_data", "contacts"),
    ("contact_data_refer", "contact_data"),
    ("contact_data_refer_still", "contact_data"),
    ("campaigns_referred", "campaigns"),
    ("call_lists_referred", "call_lists"),
    ("zone_sets_referred", "zone_sets"),
)


def upgrade() -> None:
    for child, column, _, _ in _FOREIGN_KEYS:
        op.drop_constraint(f"fk_{child}_{column}", child)
    op.execute(_REFERENCES)


def downgrade() -> None:
    for trigger, table in _TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute(
        "DROP FUNCTION check_new_contacts(), check_moved_contact(), check_new_contact_data(), keep_contact_of_data(),"
        " delete_contact_data(), keep_what_contacts_refer_to(), refuse_reference(text, text, bigint, text)"
    )
    for child, column, parent, cascade in _FOREIGN_KEYS:
        op.execute(
            f"ALTER TABLE {child} ADD CONSTRAINT fk_{child}_{column}"
            f" FOREIGN KEY ({column}) REFERENCES {parent} (id){cascade}"
        )
