-- The proxy directory: which number or address leads to which account, and who has read that.

CREATE TABLE directory_entry (
    id            BLOB    PRIMARY KEY,
    proxy_hash    BLOB    NOT NULL,        -- keyed hash; the number or address itself is only inside `sealed`
    participant   INTEGER NOT NULL,
    account_token TEXT    NOT NULL UNIQUE,
    sealed        BLOB    NOT NULL,        -- proxy, account and owner's names
    is_default    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    UNIQUE (proxy_hash, participant)       -- one account a proxy at each participant
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX directory_entry_default ON directory_entry (proxy_hash) WHERE is_default = 1;
CREATE INDEX directory_entry_participant ON directory_entry (participant, id);

CREATE TABLE directory_audit (
    id          BLOB    PRIMARY KEY,
    entry_id    BLOB    NOT NULL, -- kept when the entry itself is removed
    participant INTEGER NOT NULL, -- who
    purpose     TEXT    NOT NULL, -- why
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_audit_entry ON directory_audit (entry_id, id);
