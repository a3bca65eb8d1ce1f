-- What merchants received, as read from the clearing log up to merchant_follow.seq.

CREATE TABLE merchant_follow (
    id  INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO merchant_follow SELECT 1, seq FROM log_head;

CREATE TABLE merchant_receipt (
    payment        INTEGER PRIMARY KEY, -- its number in the log
    seq            INTEGER NOT NULL,    -- the number with which it settled
    merchant       BLOB    NOT NULL,
    settled_at     INTEGER NOT NULL,
    business_day   INTEGER NOT NULL,
    currency       INTEGER NOT NULL,
    amount         INTEGER NOT NULL,
    debtor_agent   INTEGER NOT NULL,
    payer          TEXT    NOT NULL,    -- masked
    uetr           BLOB    NOT NULL,
    transaction_id TEXT    NOT NULL,
    end_to_end_id  TEXT    NOT NULL,
    till           TEXT,
    bill_number    TEXT,
    refunded       INTEGER NOT NULL,
    refunding      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX merchant_receipt_order ON merchant_receipt (merchant, seq);
CREATE INDEX merchant_receipt_bill ON merchant_receipt (merchant, bill_number) WHERE bill_number IS NOT NULL;

CREATE TABLE merchant_day_total (
    merchant     BLOB    NOT NULL,
    business_day INTEGER NOT NULL,
    currency     INTEGER NOT NULL,
    till         TEXT    NOT NULL, -- empty for payments that name none
    count        INTEGER NOT NULL,
    received     INTEGER NOT NULL,
    refund_count INTEGER NOT NULL,
    refunded     INTEGER NOT NULL,
    PRIMARY KEY (merchant, business_day, currency, till)
) STRICT, WITHOUT ROWID;

CREATE TABLE merchant_refund (
    id            BLOB    PRIMARY KEY,
    merchant      BLOB    NOT NULL,
    payment       INTEGER NOT NULL,
    amount        INTEGER NOT NULL,
    state         INTEGER NOT NULL, -- 1 instructed, 2 returned, 3 refused
    instructed_at INTEGER NOT NULL,
    finished_at   INTEGER,
    business_day  INTEGER -- on which the money went back
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_refund_payment ON merchant_refund (payment);
CREATE INDEX merchant_refund_day ON merchant_refund (merchant, business_day, id);
