-- All that a participant has registered in one number, kept up to date: a base, and what has changed it since. Changes
-- are rows of their own, so that nobody who registers waits for another.
CREATE TABLE directory_digest (
    participant INTEGER PRIMARY KEY, -- none is here until it is first asked for
    entries     INTEGER NOT NULL,
    digest      BLOB    NOT NULL     -- content identifiers combined by exclusive or, 32 bytes
) STRICT;
CREATE TABLE directory_digest_change (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    participant INTEGER NOT NULL,
    entries     INTEGER NOT NULL,    -- how many more, or fewer
    digest      BLOB    NOT NULL     -- what is put in and taken out: exclusive or does both
) STRICT;
CREATE INDEX directory_digest_change_participant ON directory_digest_change (participant);
