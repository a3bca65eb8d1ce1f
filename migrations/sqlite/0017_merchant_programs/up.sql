-- Programs that act for merchants (OAuth clients), and what tells merchants' own servers of payments.

CREATE TABLE merchant_program (
    client_id TEXT    PRIMARY KEY,
    merchant  BLOB    NOT NULL,
    added_at  INTEGER NOT NULL,
    removed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_program_merchant ON merchant_program (merchant, added_at);

-- Where a merchant's own server is told.
CREATE TABLE merchant_webhook (
    merchant BLOB    PRIMARY KEY,
    url      TEXT    NOT NULL,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox: what is to be told, or was.
CREATE TABLE merchant_delivery (
    id           BLOB    PRIMARY KEY,
    merchant     BLOB    NOT NULL,
    event        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    delivered_at INTEGER,
    failure      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX merchant_delivery_merchant ON merchant_delivery (merchant, id);
CREATE INDEX merchant_delivery_due ON merchant_delivery (due_at) WHERE delivered_at IS NULL;

-- How far the feed of requests to pay has been read for the outbox: one row; below zero before the first time.
CREATE TABLE merchant_feed (
    id  INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO merchant_feed VALUES (1, -1);
