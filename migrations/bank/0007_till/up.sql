-- The payee's till that a payment was made at, where its code said so.
ALTER TABLE outgoing ADD COLUMN till TEXT;
