-- Requests to pay: one row each as it stands, and a feed of everything that happened to them. Which payment answered
-- which request is in the payment's own message, in the clearing log; these rows follow it in the same transactions.

CREATE TABLE request_to_pay (
    id               TEXT     PRIMARY KEY,
    number           INTEGER  NOT NULL UNIQUE, -- its first change in the feed
    reference        TEXT     NOT NULL,
    created_by       TEXT     NOT NULL,
    created          INTEGER  NOT NULL,
    creditor_agent   INTEGER  NOT NULL,
    creditor_account TEXT     NOT NULL,
    creditor_name_zh TEXT,
    creditor_name_en TEXT,
    merchant         TEXT,
    till             TEXT,
    debtor_agent     INTEGER,
    debtor_account   TEXT,
    currency         INTEGER  NOT NULL, -- ISO 4217 number
    amount           INTEGER  NOT NULL CHECK (amount > 0),
    less_allowed     INTEGER  NOT NULL,
    purpose          TEXT,
    bill_number      TEXT,
    due              INTEGER,           -- Julian day
    expires          INTEGER  NOT NULL,
    state            INTEGER  NOT NULL, -- 0 waiting, 1 accepted, 2 paying, 3 paid, 4 refused, 5 cancelled, 6 expired
    reason           TEXT,
    payment          INTEGER,           -- row of the log: holds it, or has paid it
    paid_amount      INTEGER,
    changed          INTEGER  NOT NULL
) STRICT;
CREATE UNIQUE INDEX request_to_pay_reference ON request_to_pay (creditor_agent, created_by, reference);
CREATE INDEX request_to_pay_creditor ON request_to_pay (creditor_agent, number);
CREATE INDEX request_to_pay_debtor ON request_to_pay (debtor_agent, debtor_account, number) WHERE debtor_agent IS NOT NULL;
CREATE INDEX request_to_pay_expiry ON request_to_pay (expires) WHERE state <= 1;

CREATE TABLE request_to_pay_change (
    seq            INTEGER  PRIMARY KEY,
    request        TEXT     NOT NULL,
    state          INTEGER  NOT NULL,
    reason         TEXT,
    at             INTEGER  NOT NULL,
    payment        INTEGER,
    paid_amount    INTEGER,
    creditor_agent INTEGER  NOT NULL,
    debtor_agent   INTEGER
) STRICT;
CREATE INDEX request_to_pay_change_request ON request_to_pay_change (request, seq);
CREATE INDEX request_to_pay_change_creditor ON request_to_pay_change (creditor_agent, seq);
CREATE INDEX request_to_pay_change_debtor ON request_to_pay_change (debtor_agent, seq) WHERE debtor_agent IS NOT NULL;

-- The last number of the feed. Whoever appends takes this row, so that no number is seen before a smaller one.
CREATE TABLE request_to_pay_feed (
    id       INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL
) STRICT;
INSERT INTO request_to_pay_feed VALUES (1, 0);
