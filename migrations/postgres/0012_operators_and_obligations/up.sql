-- Who operates the switch. A row stays when somebody leaves: it says who came and went, and no name is used twice.
CREATE TABLE operator (
    name         TEXT PRIMARY KEY,
    role         TEXT    NOT NULL CHECK (role IN ('officer', 'auditor')),
    token_digest BYTEA   NOT NULL UNIQUE, -- SHA-256; the token itself is random and known to its owner alone
    added        BIGINT  NOT NULL,
    added_by     TEXT    NOT NULL,
    removed      BIGINT,
    removed_by   TEXT
);

-- Money that one officer proposed to move in or out, and what another decided. Follows from the events of the log.
CREATE TABLE proposal (
    id              BIGINT PRIMARY KEY, -- the sequence number of the event
    participant     SMALLINT NOT NULL,
    movement        TEXT    NOT NULL CHECK (movement IN ('funding', 'withdrawal')),
    currency        SMALLINT NOT NULL,
    amount          BIGINT  NOT NULL,
    idempotency_key TEXT    NOT NULL,
    proposed_by     TEXT    NOT NULL,
    proposed        BIGINT  NOT NULL,
    expires         BIGINT  NOT NULL,
    approved        BOOLEAN,
    decided_by      TEXT,
    decided         BIGINT,
    UNIQUE (participant, idempotency_key)
);

-- What creditor agents owe after settlement: a return after a recall that they accepted, or their word on a customer
-- whom they accepted without posting. Follows from the log.
CREATE TABLE obligation (
    payment     BIGINT  NOT NULL,
    owed        TEXT    NOT NULL CHECK (owed IN ('return', 'posting')),
    participant SMALLINT NOT NULL,
    since       BIGINT  NOT NULL,
    PRIMARY KEY (payment, owed)
);
