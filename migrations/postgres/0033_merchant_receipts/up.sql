-- What merchants received, as read from the clearing log up to merchant_follow.seq.

CREATE TABLE merchant_follow (
    id  SMALLINT PRIMARY KEY,
    seq BIGINT  NOT NULL
);
INSERT INTO merchant_follow SELECT 1, seq FROM log_head;

CREATE TABLE merchant_receipt (
    payment        BIGINT PRIMARY KEY, -- its number in the log
    seq            BIGINT  NOT NULL,    -- the number with which it settled
    merchant       BYTEA   NOT NULL,
    settled_at     BIGINT  NOT NULL,
    business_day   INTEGER NOT NULL,
    currency       SMALLINT NOT NULL,
    amount         BIGINT  NOT NULL,
    debtor_agent   SMALLINT NOT NULL,
    payer          TEXT    NOT NULL,    -- masked
    uetr           BYTEA   NOT NULL,
    transaction_id TEXT    NOT NULL,
    end_to_end_id  TEXT    NOT NULL,
    till           TEXT,
    bill_number    TEXT,
    refunded       BIGINT  NOT NULL,
    refunding      BIGINT  NOT NULL
);
CREATE UNIQUE INDEX merchant_receipt_order ON merchant_receipt (merchant, seq);
CREATE INDEX merchant_receipt_bill ON merchant_receipt (merchant, bill_number) WHERE bill_number IS NOT NULL;

CREATE TABLE merchant_day_total (
    merchant     BYTEA   NOT NULL,
    business_day INTEGER NOT NULL,
    currency     SMALLINT NOT NULL,
    till         TEXT    NOT NULL, -- empty for payments that name none
    count        BIGINT  NOT NULL,
    received     BIGINT  NOT NULL,
    refund_count BIGINT  NOT NULL,
    refunded     BIGINT  NOT NULL,
    PRIMARY KEY (merchant, business_day, currency, till)
);

CREATE TABLE merchant_refund (
    id            BYTEA   PRIMARY KEY,
    merchant      BYTEA   NOT NULL,
    payment       BIGINT  NOT NULL,
    amount        BIGINT  NOT NULL,
    state         SMALLINT NOT NULL, -- 1 instructed, 2 returned, 3 refused
    instructed_at BIGINT  NOT NULL,
    finished_at   BIGINT,
    business_day  INTEGER -- on which the money went back
);
CREATE INDEX merchant_refund_payment ON merchant_refund (payment);
CREATE INDEX merchant_refund_day ON merchant_refund (merchant, business_day, id);
