-- Codes that payers show and shops scan. Of the secret in a code a hash is kept; rows are deleted a day after their minute.

CREATE TABLE presented_code (
    id           BYTEA    PRIMARY KEY,
    token_digest BYTEA    NOT NULL UNIQUE,
    debtor_agent SMALLINT NOT NULL,
    currency     SMALLINT NOT NULL, -- ISO 4217 number
    most         BIGINT   NOT NULL CHECK (most > 0),
    consent      TEXT     NOT NULL,
    created      BIGINT   NOT NULL,
    withdrawn    BOOLEAN  NOT NULL,
    request      TEXT               -- the request to pay that was made of it
);
CREATE INDEX presented_code_created ON presented_code (created);
