-- Who operates the switch. A row stays when somebody leaves: it says who came and went, and no name is used twice.
CREATE TABLE operator (
    name         TEXT PRIMARY KEY,
    role         TEXT    NOT NULL CHECK (role IN ('officer', 'auditor')),
    token_digest BLOB    NOT NULL UNIQUE, -- SHA-256; the token itself is random and known to its owner alone
    added        INTEGER NOT NULL,
    added_by     TEXT    NOT NULL,
    removed      INTEGER,
    removed_by   TEXT
) STRICT, WITHOUT ROWID;

-- Money that one officer proposed to move in or out, and what another decided. Follows from the events of the log.
CREATE TABLE proposal (
    id              INTEGER PRIMARY KEY, -- the sequence number of the event
    participant     INTEGER NOT NULL,
    movement        TEXT    NOT NULL CHECK (movement IN ('funding', 'withdrawal')),
    currency        INTEGER NOT NULL,
    amount          INTEGER NOT NULL,
    idempotency_key TEXT    NOT NULL,
    proposed_by     TEXT    NOT NULL,
    proposed        INTEGER NOT NULL,
    expires         INTEGER NOT NULL,
    approved        INTEGER,
    decided_by      TEXT,
    decided         INTEGER,
    UNIQUE (participant, idempotency_key)
) STRICT;

-- What creditor agents owe after settlement: a return after a recall that they accepted, or their word on a customer
-- whom they accepted without posting. Follows from the log.
CREATE TABLE obligation (
    payment     INTEGER NOT NULL,
    owed        TEXT    NOT NULL CHECK (owed IN ('return', 'posting')),
    participant INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    PRIMARY KEY (payment, owed)
) STRICT, WITHOUT ROWID;
