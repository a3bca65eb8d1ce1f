-- Merchants, their tills, and those who work for them. A person is an identifier that the identity side gives.

CREATE TABLE merchant (
    id            BYTEA   PRIMARY KEY,
    participant   SMALLINT NOT NULL,
    request_id    BYTEA   NOT NULL,
    name_zh       TEXT    NOT NULL,
    name_en       TEXT    NOT NULL,
    category      SMALLINT NOT NULL, -- ISO 18245
    fps_id        TEXT    NOT NULL,
    account_token TEXT    NOT NULL, -- of the FPS ID's entry in the directory
    status        SMALLINT NOT NULL, -- 1 active, 2 closed
    created_at    BIGINT  NOT NULL,
    changed_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX merchant_request ON merchant (participant, request_id);
CREATE UNIQUE INDEX merchant_account ON merchant (account_token);

CREATE TABLE merchant_till (
    merchant BYTEA   NOT NULL,
    label    TEXT    NOT NULL,
    added_at BIGINT  NOT NULL,
    PRIMARY KEY (merchant, label)
);

CREATE TABLE merchant_member (
    merchant BYTEA   NOT NULL,
    person   BYTEA   NOT NULL,
    role     SMALLINT NOT NULL, -- 1 owner, 2 cashier
    since    BIGINT  NOT NULL,
    PRIMARY KEY (merchant, person)
);
CREATE INDEX merchant_member_person ON merchant_member (person);

-- Codes are kept as hashes. One that was used is gone.
CREATE TABLE merchant_invitation (
    digest     BYTEA   PRIMARY KEY,
    merchant   BYTEA   NOT NULL,
    role       SMALLINT NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX merchant_invitation_expiry ON merchant_invitation (expires_at);

-- Who did what, in the transaction in which it was done.
CREATE TABLE merchant_audit (
    id       BYTEA   PRIMARY KEY,
    merchant BYTEA   NOT NULL,
    at       BIGINT  NOT NULL,
    actor    TEXT    NOT NULL,
    act      TEXT    NOT NULL,
    subject  TEXT
);
CREATE INDEX merchant_audit_merchant ON merchant_audit (merchant, id);
