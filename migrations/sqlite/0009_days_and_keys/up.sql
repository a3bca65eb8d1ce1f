-- The log by business day, and what payments are looked up by.
--
-- Rows are appended to `payment` and `outcome` in one order and never by a random key, so that appending costs the
-- same whatever the log holds. Ids that are random by nature stand in `payment_key`, which a projector fills in bulk.

-- The business days of the log. The rows of a day follow each other, since time never goes back: those from
-- `first_seq` up to the next day's, not included.
CREATE TABLE log_day (
    business_day INTEGER PRIMARY KEY,
    first_seq    INTEGER NOT NULL
) STRICT;

-- The latest of them.
ALTER TABLE log_head ADD COLUMN business_day INTEGER NOT NULL DEFAULT 0;

-- Days began at midnight in Hong Kong, eight hours ahead of UTC.
INSERT INTO log_day (business_day, first_seq)
    SELECT (recorded / 1000000 + 28800) / 86400, min(first_seq) FROM batch GROUP BY 1;
UPDATE log_head SET business_day = coalesce((SELECT max(business_day) FROM log_day), 0);

ALTER TABLE payment RENAME TO payment_undivided;
ALTER TABLE outcome RENAME TO outcome_undivided;
DROP INDEX payment_uetr;

-- A reservation (no reason) or a refusal, with the transaction as it was sent.
CREATE TABLE payment (
    seq            INTEGER PRIMARY KEY,
    recorded       INTEGER NOT NULL,
    business_day   INTEGER NOT NULL,
    debtor_agent   INTEGER NOT NULL,
    creditor_agent INTEGER NOT NULL,
    currency       INTEGER NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    transaction_id TEXT NOT NULL,
    end_to_end_id  TEXT NOT NULL,
    uetr           BLOB NOT NULL,
    accepted       INTEGER NOT NULL,
    deadline       INTEGER NOT NULL,
    reason         TEXT,
    fingerprint    BLOB NOT NULL,
    body           BLOB NOT NULL,
    digest         BLOB NOT NULL
) STRICT;

-- How a reservation ended. One payment ends once.
CREATE TABLE outcome (
    seq          INTEGER PRIMARY KEY,
    recorded     INTEGER NOT NULL,
    business_day INTEGER NOT NULL,
    payment      INTEGER NOT NULL,
    ending       TEXT NOT NULL CHECK (ending IN ('settled', 'rejected', 'timed_out')),
    reason       TEXT,
    digest       BLOB NOT NULL
) STRICT;

INSERT INTO payment SELECT * FROM payment_undivided ORDER BY seq;
INSERT INTO outcome SELECT * FROM outcome_undivided ORDER BY seq;
DROP TABLE payment_undivided;
DROP TABLE outcome_undivided;
CREATE INDEX outcome_payment ON outcome (payment);

-- Payments by what people know of them: the start of a hash of a UETR, or of an id and whose it is. What stands
-- before the hash grows with the log (`payments::clearing::SearchKey`), so that new keys fall into a small part of
-- the table. A key says where to look; whether the payment is the right one, its row says.
CREATE TABLE payment_key (
    key INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

-- How far the log is projected into `payment_key`.
CREATE TABLE projection (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO projection (id, seq) VALUES (1, 0);
