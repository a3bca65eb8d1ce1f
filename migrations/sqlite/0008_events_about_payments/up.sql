-- What happens to a payment after it ended (credited, blocked, returned, recalled) stands in `event` too. These
-- columns say which payment, who is on the other side, and under which id of the participant's own.
ALTER TABLE event ADD COLUMN payment INTEGER;
ALTER TABLE event ADD COLUMN counterparty INTEGER;
ALTER TABLE event ADD COLUMN reference TEXT;
CREATE INDEX event_payment ON event (payment) WHERE payment IS NOT NULL;
CREATE INDEX event_reference ON event (participant, reference) WHERE reference IS NOT NULL;
