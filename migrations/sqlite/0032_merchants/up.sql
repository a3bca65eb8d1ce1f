-- Merchants, their tills, and those who work for them. A person is an identifier that the identity side gives.

CREATE TABLE merchant (
    id            BLOB    PRIMARY KEY,
    participant   INTEGER NOT NULL,
    request_id    BLOB    NOT NULL,
    name_zh       TEXT    NOT NULL,
    name_en       TEXT    NOT NULL,
    category      INTEGER NOT NULL, -- ISO 18245
    fps_id        TEXT    NOT NULL,
    account_token TEXT    NOT NULL, -- of the FPS ID's entry in the directory
    status        INTEGER NOT NULL, -- 1 active, 2 closed
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX merchant_request ON merchant (participant, request_id);
CREATE UNIQUE INDEX merchant_account ON merchant (account_token);

CREATE TABLE merchant_till (
    merchant BLOB    NOT NULL,
    label    TEXT    NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (merchant, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE merchant_member (
    merchant BLOB    NOT NULL,
    person   BLOB    NOT NULL,
    role     INTEGER NOT NULL, -- 1 owner, 2 cashier
    since    INTEGER NOT NULL,
    PRIMARY KEY (merchant, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_member_person ON merchant_member (person);

-- Codes are kept as hashes. One that was used is gone.
CREATE TABLE merchant_invitation (
    digest     BLOB    PRIMARY KEY,
    merchant   BLOB    NOT NULL,
    role       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_invitation_expiry ON merchant_invitation (expires_at);

-- Who did what, in the transaction in which it was done.
CREATE TABLE merchant_audit (
    id       BLOB    PRIMARY KEY,
    merchant BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    act      TEXT    NOT NULL,
    subject  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_audit_merchant ON merchant_audit (merchant, id);
