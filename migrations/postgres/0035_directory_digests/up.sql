-- All that a participant has registered in one number, kept up to date: a base, and what has changed it since. Changes
-- are rows of their own, so that nobody who registers waits for another.
CREATE TABLE directory_digest (
    participant SMALLINT PRIMARY KEY, -- none is here until it is first asked for
    entries     BIGINT   NOT NULL,
    digest      BYTEA    NOT NULL     -- content identifiers combined by exclusive or, 32 bytes
);
CREATE TABLE directory_digest_change (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant SMALLINT NOT NULL,
    entries     BIGINT   NOT NULL,    -- how many more, or fewer
    digest      BYTEA    NOT NULL     -- what is put in and taken out: exclusive or does both
);
CREATE INDEX directory_digest_change_participant ON directory_digest_change (participant);
