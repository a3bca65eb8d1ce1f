-- Requests to pay: one row each as it stands, and a feed of everything that happened to them. Which payment answered
-- which request is in the payment's own message, in the clearing log; these rows follow it in the same transactions.

CREATE TABLE request_to_pay (
    id               TEXT     PRIMARY KEY,
    number           BIGINT   NOT NULL UNIQUE, -- its first change in the feed
    reference        TEXT     NOT NULL,
    created_by       TEXT     NOT NULL,
    created          BIGINT   NOT NULL,
    creditor_agent   SMALLINT NOT NULL,
    creditor_account TEXT     NOT NULL,
    creditor_name_zh TEXT,
    creditor_name_en TEXT,
    merchant         TEXT,
    till             TEXT,
    debtor_agent     SMALLINT,
    debtor_account   TEXT,
    currency         SMALLINT NOT NULL, -- ISO 4217 number
    amount           BIGINT   NOT NULL CHECK (amount > 0),
    less_allowed     BOOLEAN  NOT NULL,
    purpose          TEXT,
    bill_number      TEXT,
    due              INTEGER,           -- Julian day
    expires          BIGINT   NOT NULL,
    state            SMALLINT NOT NULL, -- 0 waiting, 1 accepted, 2 paying, 3 paid, 4 refused, 5 cancelled, 6 expired
    reason           TEXT,
    payment          BIGINT,            -- row of the log: holds it, or has paid it
    paid_amount      BIGINT,
    changed          BIGINT   NOT NULL
);
CREATE UNIQUE INDEX request_to_pay_reference ON request_to_pay (creditor_agent, created_by, reference);
CREATE INDEX request_to_pay_creditor ON request_to_pay (creditor_agent, number);
CREATE INDEX request_to_pay_debtor ON request_to_pay (debtor_agent, debtor_account, number) WHERE debtor_agent IS NOT NULL;
CREATE INDEX request_to_pay_expiry ON request_to_pay (expires) WHERE state <= 1;

CREATE TABLE request_to_pay_change (
    seq            BIGINT   PRIMARY KEY,
    request        TEXT     NOT NULL,
    state          SMALLINT NOT NULL,
    reason         TEXT,
    at             BIGINT   NOT NULL,
    payment        BIGINT,
    paid_amount    BIGINT,
    creditor_agent SMALLINT NOT NULL,
    debtor_agent   SMALLINT
);
CREATE INDEX request_to_pay_change_request ON request_to_pay_change (request, seq);
CREATE INDEX request_to_pay_change_creditor ON request_to_pay_change (creditor_agent, seq);
CREATE INDEX request_to_pay_change_debtor ON request_to_pay_change (debtor_agent, seq) WHERE debtor_agent IS NOT NULL;

-- The last number of the feed. Whoever appends takes this row, so that no number is seen before a smaller one.
CREATE TABLE request_to_pay_feed (
    id       SMALLINT PRIMARY KEY,
    last_seq BIGINT   NOT NULL
);
INSERT INTO request_to_pay_feed VALUES (1, 0);
