-- What operators allow, and how much of it a day has used. Amounts are minor units; NULL does not limit.
ALTER TABLE position ADD COLUMN payment_maximum INTEGER;
ALTER TABLE position ADD COLUMN daily_maximum INTEGER;
ALTER TABLE position ADD COLUMN low_liquidity INTEGER;
ALTER TABLE position ADD COLUMN sent_day INTEGER NOT NULL DEFAULT 0; -- the business day of `sent`
ALTER TABLE position ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE position ADD COLUMN is_low INTEGER NOT NULL DEFAULT 0;   -- whether it was told that its liquidity is low

ALTER TABLE participant ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE participant ADD COLUMN is_offline INTEGER NOT NULL DEFAULT 0;

-- When gateways last heard of a participant, so that one does not take for absent whom another serves. Written
-- every few seconds at most; not part of the books.
CREATE TABLE participant_heard (
    participant INTEGER PRIMARY KEY,
    heard       INTEGER NOT NULL
) STRICT;
