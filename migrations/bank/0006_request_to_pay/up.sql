-- The request to pay that a payment answers.
ALTER TABLE outgoing ADD COLUMN request_to_pay TEXT;
