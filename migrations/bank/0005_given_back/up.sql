-- Money that the bank sends back because a merchant asked for it, by the id of the return.
CREATE TABLE given_back (
    return_id      TEXT PRIMARY KEY,
    uetr           BLOB NOT NULL,
    transaction_id TEXT NOT NULL,
    refund         BLOB NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    state          TEXT NOT NULL CHECK (state IN ('held', 'settled', 'rejected'))
) STRICT, WITHOUT ROWID;
CREATE INDEX given_back_held ON given_back (state) WHERE state = 'held';

-- How far the directory's inbox has been read: one row.
CREATE TABLE directory_cursor (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO directory_cursor (id, seq) VALUES (1, 0);
