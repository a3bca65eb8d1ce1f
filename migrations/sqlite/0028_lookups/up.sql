-- Who looked whom up, and how often anybody may.

-- A payer's or a participant's bucket: the moment at which it will be full again. A bucket that is full has no row.
CREATE TABLE directory_bucket (
    bucket_key BLOB    PRIMARY KEY, -- keyed hash, 16 bytes, of participant and payer
    full_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Reads as they happen: one row for all that share a commit, appended. 28 bytes a read.
CREATE TABLE directory_read_batch (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    reads BLOB    NOT NULL
) STRICT;

-- The same reads, filed to be found by entry. Each run is sorted and appended at the end of the table, so filing
-- costs the same whatever is there already; whoever asks looks once into each run.
CREATE TABLE directory_read_run (
    run      INTEGER PRIMARY KEY,  -- the first batch in it
    filed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE directory_read (
    run         INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    participant INTEGER NOT NULL,  -- who
    purpose     INTEGER NOT NULL,  -- why
    at          INTEGER NOT NULL,  -- when
    entry_id    BLOB    NOT NULL,  -- kept when the entry itself is removed
    PRIMARY KEY (run, entry_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Look-ups that were paid on and gave their payer a token back: each does so once.
CREATE TABLE directory_refund (
    reference  BLOB    PRIMARY KEY, -- the code of the look-up reference, 16 bytes
    expires_at INTEGER NOT NULL     -- when it can pay nothing more, and the row may go
) STRICT, WITHOUT ROWID;
