-- The proxy directory: which number or address leads to which account, and who has read that.

CREATE TABLE directory_entry (
    id            BYTEA    PRIMARY KEY,
    proxy_hash    BYTEA    NOT NULL,        -- keyed hash; the number or address itself is only inside `sealed`
    participant   SMALLINT NOT NULL,
    account_token TEXT     NOT NULL UNIQUE,
    sealed        BYTEA    NOT NULL,        -- proxy, account and owner's names
    is_default    BOOLEAN  NOT NULL,
    version       BIGINT   NOT NULL,
    created_at    BIGINT   NOT NULL,
    changed_at    BIGINT   NOT NULL,
    UNIQUE (proxy_hash, participant)        -- one account a proxy at each participant
);
CREATE UNIQUE INDEX directory_entry_default ON directory_entry (proxy_hash) WHERE is_default;
CREATE INDEX directory_entry_participant ON directory_entry (participant, id);

CREATE TABLE directory_audit (
    id          BYTEA    PRIMARY KEY,
    entry_id    BYTEA    NOT NULL, -- kept when the entry itself is removed
    participant SMALLINT NOT NULL, -- who
    purpose     TEXT     NOT NULL, -- why
    at          BIGINT   NOT NULL
);
CREATE INDEX directory_audit_entry ON directory_audit (entry_id, id);
