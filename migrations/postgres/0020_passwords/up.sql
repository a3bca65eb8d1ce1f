-- Passwords, where an installation allows them, and how often they were tried.

CREATE TABLE password (
    resident_id    BYTEA   PRIMARY KEY REFERENCES resident (id),
    user_name_hash BYTEA   NOT NULL UNIQUE, -- keyed hash
    hash           TEXT    NOT NULL,        -- Argon2id under a pepper, as a PHC string
    changed_at     BIGINT  NOT NULL
);

-- Attempts on an account, from an address, or on an account from an address.
CREATE TABLE sign_in_tally (
    key_hash      BYTEA   PRIMARY KEY,
    attempts      BIGINT  NOT NULL,
    since         BIGINT  NOT NULL, -- the first of them
    trusted_until BIGINT,          -- the account was signed in to from this address
    expires_at    BIGINT  NOT NULL
);
CREATE INDEX sign_in_tally_expiry ON sign_in_tally (expires_at);

-- A relying party that was stopped: nothing of it is taken and nothing of its works any more.
ALTER TABLE client ADD COLUMN stopped_at BIGINT;
