-- Programs that act for merchants (OAuth clients), and what tells merchants' own servers of payments.

CREATE TABLE merchant_program (
    client_id TEXT    PRIMARY KEY,
    merchant  BYTEA   NOT NULL,
    added_at  BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX merchant_program_merchant ON merchant_program (merchant, added_at);

-- Where a merchant's own server is told.
CREATE TABLE merchant_webhook (
    merchant BYTEA   PRIMARY KEY,
    url      TEXT    NOT NULL,
    since    BIGINT NOT NULL
);

-- The outbox: what is to be told, or was.
CREATE TABLE merchant_delivery (
    id           BYTEA   PRIMARY KEY,
    merchant     BYTEA   NOT NULL,
    event        TEXT    NOT NULL,
    created_at   BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    delivered_at BIGINT,
    failure      TEXT
);
CREATE INDEX merchant_delivery_merchant ON merchant_delivery (merchant, id);
CREATE INDEX merchant_delivery_due ON merchant_delivery (due_at) WHERE delivered_at IS NULL;

-- How far the feed of requests to pay has been read for the outbox: one row; below zero before the first time.
CREATE TABLE merchant_feed (
    id  SMALLINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO merchant_feed VALUES (1, -1);
