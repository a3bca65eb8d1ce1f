-- Clearing. Three append-only tables, `payment`, `outcome` and `event`, share one sequence and are the truth;
-- the others are what follows from them and are written in the same transaction.

-- The end of the log: whoever appends moves this row first, and only from where its own memory stands.
CREATE TABLE log_head (
    id   SMALLINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO log_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

-- One transaction's rows, chained by hash to those before.
CREATE TABLE batch (
    last_seq      BIGINT PRIMARY KEY,
    first_seq     BIGINT NOT NULL,
    recorded      BIGINT NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash          BYTEA NOT NULL
);
CREATE INDEX batch_recorded ON batch (recorded);

-- A reservation (no reason) or a refusal, with the transaction as it was sent.
CREATE TABLE payment (
    seq            BIGINT PRIMARY KEY,
    recorded       BIGINT NOT NULL,
    business_day   INTEGER NOT NULL,
    debtor_agent   SMALLINT NOT NULL,
    creditor_agent SMALLINT NOT NULL,
    currency       SMALLINT NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount > 0),
    transaction_id TEXT NOT NULL,
    end_to_end_id  TEXT NOT NULL,
    uetr           BYTEA NOT NULL,
    accepted       BIGINT NOT NULL,
    deadline       BIGINT NOT NULL,
    reason         TEXT,
    fingerprint    BYTEA NOT NULL,
    body           BYTEA NOT NULL,
    digest         BYTEA NOT NULL,
    -- The window of two business days is kept under the head: before a payment is appended, today and
    -- yesterday are searched, and nobody else can append in between.
    UNIQUE (business_day, debtor_agent, transaction_id)
);
CREATE INDEX payment_uetr ON payment (uetr);

-- How a reservation ended. One payment ends once.
CREATE TABLE outcome (
    seq          BIGINT PRIMARY KEY,
    recorded     BIGINT NOT NULL,
    business_day INTEGER NOT NULL,
    payment      BIGINT NOT NULL UNIQUE,
    ending       TEXT NOT NULL CHECK (ending IN ('settled', 'rejected', 'timed_out')),
    reason       TEXT,
    digest       BYTEA NOT NULL
);

-- Everything else that moves the state, and who did it.
CREATE TABLE event (
    seq         BIGINT PRIMARY KEY,
    recorded    BIGINT NOT NULL,
    participant SMALLINT NOT NULL,
    actor       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    currency    SMALLINT,
    amount      BIGINT,
    detail      TEXT,
    digest      BYTEA NOT NULL
);

CREATE TABLE participant (
    clearing_code SMALLINT PRIMARY KEY,
    bic           TEXT,
    name_zh       TEXT NOT NULL,
    name_en       TEXT NOT NULL,
    suspended     BOOLEAN NOT NULL,
    added         BIGINT NOT NULL
);

CREATE TABLE participant_certificate (
    thumbprint  BYTEA PRIMARY KEY,
    participant SMALLINT NOT NULL REFERENCES participant (clearing_code),
    added       BIGINT NOT NULL,
    revoked     BIGINT
);

-- Each participant's money by currency, in minor units.
CREATE TABLE position (
    participant   SMALLINT NOT NULL REFERENCES participant (clearing_code),
    currency      SMALLINT NOT NULL,
    balance       BIGINT NOT NULL,
    reserved      BIGINT NOT NULL,
    net_debit_cap BIGINT NOT NULL,
    PRIMARY KEY (participant, currency)
);

-- Moves the end of the log, or raises and so undoes the transaction: somebody else has appended meanwhile.
CREATE FUNCTION advance_head(expected_seq BIGINT, expected_hash BYTEA, new_seq BIGINT, new_hash BYTEA) RETURNS VOID
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE log_head SET seq = new_seq, hash = new_hash WHERE seq = expected_seq AND hash = expected_hash;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the head of the log has moved' USING ERRCODE = 'LR001';
    END IF;
END $$;
