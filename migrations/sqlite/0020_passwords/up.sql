-- Passwords, where an installation allows them, and how often they were tried.

CREATE TABLE password (
    resident_id    BLOB    PRIMARY KEY REFERENCES resident (id),
    user_name_hash BLOB    NOT NULL UNIQUE, -- keyed hash
    hash           TEXT    NOT NULL,        -- Argon2id under a pepper, as a PHC string
    changed_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Attempts on an account, from an address, or on an account from an address.
CREATE TABLE sign_in_tally (
    key_hash      BLOB    PRIMARY KEY,
    attempts      INTEGER NOT NULL,
    since         INTEGER NOT NULL, -- the first of them
    trusted_until INTEGER,          -- the account was signed in to from this address
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_tally_expiry ON sign_in_tally (expires_at);

-- A relying party that was stopped: nothing of it is taken and nothing of its works any more.
ALTER TABLE client ADD COLUMN stopped_at INTEGER;
