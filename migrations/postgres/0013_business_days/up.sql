-- Business days. What moved each position since the last cut-over, in minor units and number of entries; it is
-- part of the state, as the balance is.
ALTER TABLE position ADD COLUMN payments_out_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN payments_out BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN payments_in_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN payments_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN returns_out_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN returns_out BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN returns_in_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN returns_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN funding_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN funding BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN withdrawals_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN withdrawals BIGINT NOT NULL DEFAULT 0;

-- A log that is older than this has had no cut-over: all of it is its first day.
UPDATE position SET
    payments_out_count = (SELECT COUNT(*) FROM payment JOIN outcome ON outcome.payment = payment.seq
        WHERE outcome.ending = 'settled' AND payment.debtor_agent = position.participant AND payment.currency = position.currency),
    payments_out = (SELECT CAST(COALESCE(SUM(payment.amount), 0) AS BIGINT) FROM payment JOIN outcome ON outcome.payment = payment.seq
        WHERE outcome.ending = 'settled' AND payment.debtor_agent = position.participant AND payment.currency = position.currency),
    payments_in_count = (SELECT COUNT(*) FROM payment JOIN outcome ON outcome.payment = payment.seq
        WHERE outcome.ending = 'settled' AND payment.creditor_agent = position.participant AND payment.currency = position.currency),
    payments_in = (SELECT CAST(COALESCE(SUM(payment.amount), 0) AS BIGINT) FROM payment JOIN outcome ON outcome.payment = payment.seq
        WHERE outcome.ending = 'settled' AND payment.creditor_agent = position.participant AND payment.currency = position.currency),
    returns_out_count = (SELECT COUNT(*) FROM event WHERE event.kind = 'returned' AND event.participant = position.participant AND event.currency = position.currency),
    returns_out = (SELECT CAST(COALESCE(SUM(event.amount), 0) AS BIGINT) FROM event WHERE event.kind = 'returned' AND event.participant = position.participant AND event.currency = position.currency),
    returns_in_count = (SELECT COUNT(*) FROM event WHERE event.kind = 'returned' AND event.counterparty = position.participant AND event.currency = position.currency),
    returns_in = (SELECT CAST(COALESCE(SUM(event.amount), 0) AS BIGINT) FROM event WHERE event.kind = 'returned' AND event.counterparty = position.participant AND event.currency = position.currency),
    funding_count = (SELECT COUNT(*) FROM event WHERE event.kind = 'funded' AND event.participant = position.participant AND event.currency = position.currency),
    funding = (SELECT CAST(COALESCE(SUM(event.amount), 0) AS BIGINT) FROM event WHERE event.kind = 'funded' AND event.participant = position.participant AND event.currency = position.currency),
    withdrawals_count = (SELECT COUNT(*) FROM event WHERE event.kind = 'withdrawn' AND event.participant = position.participant AND event.currency = position.currency),
    withdrawals = (SELECT CAST(COALESCE(SUM(event.amount), 0) AS BIGINT) FROM event WHERE event.kind = 'withdrawn' AND event.participant = position.participant AND event.currency = position.currency);

-- Each business day that has ended, and which rows of the log are its own. Its statements are in the event of its
-- cut-over, which is the row after `last_seq`.
CREATE TABLE closed_day (
    business_day INTEGER PRIMARY KEY,
    next_day     INTEGER NOT NULL,
    first_seq    BIGINT NOT NULL,
    last_seq     BIGINT NOT NULL,
    opened       BIGINT NOT NULL,
    closed       BIGINT NOT NULL
);

-- For each of them, the signed hash of the batch that closed it (a compact JSON web signature).
CREATE TABLE checkpoint (
    business_day INTEGER PRIMARY KEY REFERENCES closed_day (business_day),
    jws          TEXT NOT NULL
);
