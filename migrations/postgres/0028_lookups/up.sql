-- Who looked whom up, and how often anybody may.

-- A payer's or a participant's bucket: the moment at which it will be full again. A bucket that is full has no row.
CREATE TABLE directory_bucket (
    bucket_key BYTEA  PRIMARY KEY, -- keyed hash, 16 bytes, of participant and payer
    full_at    BIGINT NOT NULL
) WITH (fillfactor = 50);          -- rows change in place

-- Reads as they happen: one row for all that share a commit, appended. 28 bytes a read.
CREATE TABLE directory_read_batch (
    seq   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reads BYTEA  NOT NULL
);

-- The same reads, filed to be found by entry. Each run is sorted and appended at the end of the table and of its
-- index, so filing costs the same whatever is there already; whoever asks looks once into each run.
CREATE TABLE directory_read_run (
    run      BIGINT PRIMARY KEY,   -- the first batch in it
    filed_at BIGINT NOT NULL
);
CREATE TABLE directory_read (
    run         BIGINT   NOT NULL,
    ordinal     INTEGER  NOT NULL,
    participant SMALLINT NOT NULL, -- who
    purpose     SMALLINT NOT NULL, -- why
    at          BIGINT   NOT NULL, -- when
    entry_id    BYTEA    NOT NULL, -- kept when the entry itself is removed
    PRIMARY KEY (run, entry_id, ordinal)
);

-- Look-ups that were paid on and gave their payer a token back: each does so once.
CREATE TABLE directory_refund (
    reference  BYTEA  PRIMARY KEY, -- the code of the look-up reference, 16 bytes
    expires_at BIGINT NOT NULL     -- when it can pay nothing more, and the row may go
);
