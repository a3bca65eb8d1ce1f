-- Codes that payers show and shops scan. Of the secret in a code a hash is kept; rows are deleted a day after their minute.

CREATE TABLE presented_code (
    id           BLOB    PRIMARY KEY,
    token_digest BLOB    NOT NULL UNIQUE,
    debtor_agent INTEGER NOT NULL,
    currency     INTEGER NOT NULL, -- ISO 4217 number
    most         INTEGER NOT NULL CHECK (most > 0),
    consent      TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    withdrawn    INTEGER NOT NULL,
    request      TEXT              -- the request to pay that was made of it
) STRICT, WITHOUT ROWID;
CREATE INDEX presented_code_created ON presented_code (created);
