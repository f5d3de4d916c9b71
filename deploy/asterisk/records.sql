-- The tables of cdr_pgsql.conf and cel_pgsql.conf. Asterisk fills the columns it finds, those without a default also with
-- an empty text: so `id` is a serial and no identity. They have to be there before Asterisk starts: without them 22 ends
-- with "double free or corruption".

CREATE TABLE IF NOT EXISTS cdr (
    id bigserial PRIMARY KEY,
    calldate timestamptz NOT NULL,
    clid text NOT NULL DEFAULT '',
    src text NOT NULL DEFAULT '',
    dst text NOT NULL DEFAULT '',
    dcontext text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    dstchannel text NOT NULL DEFAULT '',
    lastapp text NOT NULL DEFAULT '',
    lastdata text NOT NULL DEFAULT '',
    duration bigint NOT NULL DEFAULT 0,
    billsec bigint NOT NULL DEFAULT 0,
    disposition text NOT NULL DEFAULT '',
    amaflags text NOT NULL DEFAULT '',
    accountcode text NOT NULL DEFAULT '',
    uniqueid text NOT NULL DEFAULT '',
    linkedid text NOT NULL DEFAULT '',
    userfield text NOT NULL DEFAULT ''
);
-- The call's id is looked for here.
CREATE INDEX IF NOT EXISTS cdr_uniqueid ON cdr (uniqueid);

CREATE TABLE IF NOT EXISTS cel (
    id bigserial PRIMARY KEY,
    eventtype text NOT NULL,
    eventtime timestamptz NOT NULL,
    userdeftype text NOT NULL DEFAULT '',
    cid_name text NOT NULL DEFAULT '',
    cid_num text NOT NULL DEFAULT '',
    exten text NOT NULL DEFAULT '',
    context text NOT NULL DEFAULT '',
    channame text NOT NULL DEFAULT '',
    appname text NOT NULL DEFAULT '',
    appdata text NOT NULL DEFAULT '',
    uniqueid text NOT NULL DEFAULT '',
    linkedid text NOT NULL DEFAULT '',
    userfield text NOT NULL DEFAULT '',
    peer text NOT NULL DEFAULT '',
    extra text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS cel_uniqueid ON cel (uniqueid);
