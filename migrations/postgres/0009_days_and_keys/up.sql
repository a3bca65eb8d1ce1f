-- The log by business day, and what payments are looked up by.
--
-- Rows are appended to `payment` and `outcome` in one order and never by a random key, so that appending costs the
-- same whatever the log holds. Ids that are random by nature stand in `payment_key`, which a projector fills in bulk.

-- The business days of the log. The rows of a day follow each other, since time never goes back: those from
-- `first_seq` up to the next day's, not included.
CREATE TABLE log_day (
    business_day INTEGER PRIMARY KEY,
    first_seq    BIGINT NOT NULL
);

-- The latest of them.
ALTER TABLE log_head ADD COLUMN business_day INTEGER NOT NULL DEFAULT 0;

ALTER TABLE payment RENAME TO payment_undivided;
ALTER TABLE outcome RENAME TO outcome_undivided;
CREATE TABLE payment (LIKE payment_undivided INCLUDING CONSTRAINTS) PARTITION BY LIST (business_day);
CREATE TABLE outcome (LIKE outcome_undivided INCLUDING CONSTRAINTS) PARTITION BY LIST (business_day);

-- Readies the tables for a business day whose first row is `first`. A partition is attached rather than created in
-- place, so that nobody who reads has to wait. Numbers are unique within a day, and days do not overlap.
CREATE FUNCTION open_business_day(day INTEGER, first BIGINT) RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE
    suffix TEXT := to_char(DATE '1970-01-01' + day, 'YYYYMMDD');
BEGIN
    EXECUTE format('CREATE TABLE payment_%s (LIKE payment INCLUDING ALL, PRIMARY KEY (seq))', suffix);
    EXECUTE format('ALTER TABLE payment ATTACH PARTITION payment_%s FOR VALUES IN (%s)', suffix, day);
    EXECUTE format('CREATE TABLE outcome_%s (LIKE outcome INCLUDING ALL, PRIMARY KEY (seq))', suffix);
    EXECUTE format('CREATE INDEX outcome_%s_payment ON outcome_%s (payment)', suffix, suffix);
    EXECUTE format('ALTER TABLE outcome ATTACH PARTITION outcome_%s FOR VALUES IN (%s)', suffix, day);
    INSERT INTO log_day (business_day, first_seq) VALUES (day, first);
    UPDATE log_head SET business_day = day;
END $$;

-- Days began at midnight in Hong Kong, eight hours ahead of UTC.
SELECT open_business_day(day, first)
FROM (
    SELECT ((recorded / 1000000 + 28800) / 86400)::INTEGER AS day, min(first_seq) AS first
    FROM batch GROUP BY 1 ORDER BY 1
) days;
INSERT INTO payment SELECT * FROM payment_undivided ORDER BY seq;
INSERT INTO outcome SELECT * FROM outcome_undivided ORDER BY seq;
DROP TABLE payment_undivided;
DROP TABLE outcome_undivided;

-- Moves the end of the log, or raises and so undoes the transaction: somebody else has appended meanwhile.
-- Tells the latest business day that is open.
DROP FUNCTION advance_head(BIGINT, BYTEA, BIGINT, BYTEA);
CREATE FUNCTION advance_head(expected_seq BIGINT, expected_hash BYTEA, new_seq BIGINT, new_hash BYTEA)
RETURNS INTEGER
LANGUAGE plpgsql AS $$
DECLARE
    latest INTEGER;
BEGIN
    UPDATE log_head SET seq = new_seq, hash = new_hash WHERE seq = expected_seq AND hash = expected_hash
    RETURNING business_day INTO latest;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the head of the log has moved' USING ERRCODE = 'LR001';
    END IF;
    RETURN latest;
END $$;

-- Payments by what people know of them: the start of a hash of a UETR, or of an id and whose it is. What stands
-- before the hash grows with the log (`payments::clearing::SearchKey`), so that new keys fall into a small part of
-- the index. A key says where to look; whether the payment is the right one, its row says.
CREATE TABLE payment_key (
    key BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (key, seq)
);

-- How far the log is projected into `payment_key`.
CREATE TABLE projection (
    id  SMALLINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO projection (id, seq) VALUES (1, 0);
