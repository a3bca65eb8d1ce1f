-- Clearing. Three append-only tables, `payment`, `outcome` and `event`, share one sequence and are the truth;
-- the others are what follows from them and are written in the same transaction.

-- The end of the log: whoever appends moves this row first, and only from where its own memory stands.
CREATE TABLE log_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO log_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

-- One transaction's rows, chained by hash to those before.
CREATE TABLE batch (
    last_seq      INTEGER PRIMARY KEY,
    first_seq     INTEGER NOT NULL,
    recorded      INTEGER NOT NULL,
    previous_hash BLOB NOT NULL,
    hash          BLOB NOT NULL
) STRICT;
CREATE INDEX batch_recorded ON batch (recorded);

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
    digest         BLOB NOT NULL,
    -- The window of two business days is kept under the head: before a payment is appended, today and
    -- yesterday are searched, and nobody else can append in between.
    UNIQUE (business_day, debtor_agent, transaction_id)
) STRICT;
CREATE INDEX payment_uetr ON payment (uetr);

-- How a reservation ended. One payment ends once.
CREATE TABLE outcome (
    seq          INTEGER PRIMARY KEY,
    recorded     INTEGER NOT NULL,
    business_day INTEGER NOT NULL,
    payment      INTEGER NOT NULL UNIQUE,
    ending       TEXT NOT NULL CHECK (ending IN ('settled', 'rejected', 'timed_out')),
    reason       TEXT,
    digest       BLOB NOT NULL
) STRICT;

-- Everything else that moves the state, and who did it.
CREATE TABLE event (
    seq         INTEGER PRIMARY KEY,
    recorded    INTEGER NOT NULL,
    participant INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    currency    INTEGER,
    amount      INTEGER,
    detail      TEXT,
    digest      BLOB NOT NULL
) STRICT;

CREATE TABLE participant (
    clearing_code INTEGER PRIMARY KEY,
    bic           TEXT,
    name_zh       TEXT NOT NULL,
    name_en       TEXT NOT NULL,
    suspended     INTEGER NOT NULL,
    added         INTEGER NOT NULL
) STRICT;

CREATE TABLE participant_certificate (
    thumbprint  BLOB PRIMARY KEY,
    participant INTEGER NOT NULL REFERENCES participant (clearing_code),
    added       INTEGER NOT NULL,
    revoked     INTEGER
) STRICT;

-- Each participant's money by currency, in minor units.
CREATE TABLE position (
    participant   INTEGER NOT NULL REFERENCES participant (clearing_code),
    currency      INTEGER NOT NULL,
    balance       INTEGER NOT NULL,
    reserved      INTEGER NOT NULL,
    net_debit_cap INTEGER NOT NULL,
    PRIMARY KEY (participant, currency)
) STRICT;
