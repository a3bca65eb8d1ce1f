-- Money that came back to the bank's customers, by the payment it belongs to and the id of the return.
CREATE TABLE returned (
    uetr      BLOB NOT NULL,
    return_id TEXT NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount > 0),
    received  INTEGER NOT NULL,
    PRIMARY KEY (uetr, return_id)
) STRICT, WITHOUT ROWID;
