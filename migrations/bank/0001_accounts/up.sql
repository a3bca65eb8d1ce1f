-- The books of one simulated bank. Money is in cents of HKD; moments are microseconds since 1970 in UTC.

-- Every account with what it holds: customers' by number, the bank's own by name (suspense, settlement, cash).
-- A posting takes from one and gives to another, so all balances together are zero.
CREATE TABLE account (
    number  TEXT PRIMARY KEY,
    balance INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
    seq    INTEGER PRIMARY KEY,
    debit  TEXT NOT NULL REFERENCES account (number),
    credit TEXT NOT NULL REFERENCES account (number),
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- UETR of the payment it belongs to; none for an opening balance.
    uetr   BLOB,
    posted INTEGER NOT NULL
) STRICT;
CREATE INDEX posting_credit ON posting (credit, seq);

-- Payments of the bank's customers. A draft is what the payer is shown; the hold is taken when they confirm it.
CREATE TABLE outgoing (
    uetr                   BLOB PRIMARY KEY,
    debtor_account         TEXT NOT NULL REFERENCES account (number),
    debtor_name            TEXT NOT NULL,
    amount                 INTEGER NOT NULL CHECK (amount > 0),
    creditor_agent         INTEGER NOT NULL CHECK (creditor_agent BETWEEN 0 AND 999),
    creditor_bank_zh       TEXT NOT NULL,
    creditor_bank_en       TEXT NOT NULL,
    creditor_account       TEXT NOT NULL,
    creditor_name_zh       TEXT NOT NULL,
    creditor_name_en       TEXT NOT NULL,
    proxy_kind             TEXT NOT NULL,
    proxy_value            TEXT NOT NULL,
    lookup_reference       TEXT NOT NULL,
    remittance_information TEXT,
    state                  TEXT NOT NULL CHECK (state IN ('draft', 'held', 'settled', 'rejected')),
    reason                 TEXT,
    created                INTEGER NOT NULL,
    -- When the payer confirmed it: the AccptncDtTm of the message.
    accepted               INTEGER,
    finished               INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX outgoing_debtor ON outgoing (debtor_account, created);
CREATE INDEX outgoing_held ON outgoing (state) WHERE state = 'held';

-- Payments to the bank's customers.
CREATE TABLE incoming (
    uetr                   BLOB PRIMARY KEY,
    transaction_id         TEXT NOT NULL,
    -- The customer's account; none when the account of the message is not ours.
    account                TEXT REFERENCES account (number),
    amount                 INTEGER NOT NULL CHECK (amount > 0),
    debtor_name            TEXT NOT NULL,
    remittance_information TEXT,
    state                  TEXT NOT NULL CHECK (state IN ('accepted', 'silent', 'refused', 'credited', 'rejected')),
    reason                 TEXT,
    received               INTEGER NOT NULL,
    finished               INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX incoming_account ON incoming (account, received);
CREATE INDEX incoming_open ON incoming (state) WHERE state IN ('accepted', 'refused');

-- Numbers and addresses that the bank registered for its customers. Without a token: asked for, not yet confirmed.
CREATE TABLE proxy_link (
    kind          TEXT NOT NULL,
    value         TEXT NOT NULL,
    account       TEXT NOT NULL REFERENCES account (number),
    account_token TEXT UNIQUE,
    asked         INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

-- How far the inbox has been read: one row.
CREATE TABLE inbox_cursor (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO inbox_cursor (id, seq) VALUES (1, 0);
