-- Retention. A day whose payments are in a file: the file's SHA-256, noted before anything is removed, and whether
-- its payments and outcomes have all been removed.
ALTER TABLE closed_day ADD COLUMN archive TEXT;
ALTER TABLE closed_day ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;

-- What stays of an archived payment: all but its message, and how it ended.
CREATE TABLE archived_payment (
    seq              INTEGER PRIMARY KEY,
    recorded         INTEGER NOT NULL,
    business_day     INTEGER NOT NULL,
    debtor_agent     INTEGER NOT NULL,
    creditor_agent   INTEGER NOT NULL,
    currency         INTEGER NOT NULL,
    amount           INTEGER NOT NULL,
    transaction_id   TEXT NOT NULL,
    end_to_end_id    TEXT NOT NULL,
    uetr             BLOB NOT NULL,
    accepted         INTEGER NOT NULL,
    deadline         INTEGER NOT NULL,
    reason           TEXT,
    fingerprint      BLOB NOT NULL,
    outcome_seq      INTEGER,
    outcome_recorded INTEGER,
    outcome_day      INTEGER,
    ending           TEXT,
    outcome_reason   TEXT
) STRICT;
CREATE INDEX archived_payment_outcome ON archived_payment (outcome_seq);
