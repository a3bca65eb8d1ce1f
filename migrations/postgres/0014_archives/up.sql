-- Retention. A day whose payments are in a file: the file's SHA-256, noted before anything is removed, and whether
-- its payments and outcomes have all been removed.
ALTER TABLE closed_day ADD COLUMN archive TEXT;
ALTER TABLE closed_day ADD COLUMN removed BOOLEAN NOT NULL DEFAULT FALSE;

-- What stays of an archived payment: all but its message, and how it ended.
CREATE TABLE archived_payment (
    seq              BIGINT PRIMARY KEY,
    recorded         BIGINT NOT NULL,
    business_day     INTEGER NOT NULL,
    debtor_agent     SMALLINT NOT NULL,
    creditor_agent   SMALLINT NOT NULL,
    currency         SMALLINT NOT NULL,
    amount           BIGINT NOT NULL,
    transaction_id   TEXT NOT NULL,
    end_to_end_id    TEXT NOT NULL,
    uetr             BYTEA NOT NULL,
    accepted         BIGINT NOT NULL,
    deadline         BIGINT NOT NULL,
    reason           TEXT,
    fingerprint      BYTEA NOT NULL,
    outcome_seq      BIGINT,
    outcome_recorded BIGINT,
    outcome_day      INTEGER,
    ending           TEXT,
    outcome_reason   TEXT
);
CREATE INDEX archived_payment_outcome ON archived_payment (outcome_seq);
