-- What goes back because the payer's bank recalled it (camt.056) is no merchant's refund.
CREATE TABLE given_back_new (
    return_id      TEXT PRIMARY KEY,
    uetr           BLOB NOT NULL,
    transaction_id TEXT NOT NULL,
    refund         BLOB,                -- the merchant's refund at the switch
    recall         TEXT,                -- or the recall's CxlId
    payers_bank    INTEGER,             -- and who recalled
    amount         INTEGER NOT NULL CHECK (amount > 0),
    state          TEXT NOT NULL CHECK (state IN ('held', 'settled', 'rejected')),
    CHECK ((refund IS NULL) <> (recall IS NULL) AND (recall IS NULL) = (payers_bank IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO given_back_new (return_id, uetr, transaction_id, refund, amount, state)
    SELECT return_id, uetr, transaction_id, refund, amount, state FROM given_back;
DROP TABLE given_back;
ALTER TABLE given_back_new RENAME TO given_back;
CREATE INDEX given_back_held ON given_back (state) WHERE state = 'held';
CREATE INDEX given_back_payment ON given_back (uetr);
