-- The OpenID provider: relying parties, who residents are to them, and the short life of a sign-in.
-- Codes, request URIs and browsers' secrets are here as keyed hashes only.

CREATE TABLE client (
    client_id     TEXT    PRIMARY KEY,
    metadata      TEXT    NOT NULL, -- RFC 7591, as JSON
    registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who a resident is in a sector. Random and kept for ever, so that no rotation of keys changes anybody.
CREATE TABLE pairwise_subject (
    resident_id BLOB NOT NULL REFERENCES resident (id),
    sector      TEXT NOT NULL,
    subject     TEXT NOT NULL UNIQUE,
    PRIMARY KEY (resident_id, sector)
) STRICT, WITHOUT ROWID;

CREATE TABLE pushed_request (
    reference_hash BLOB    PRIMARY KEY,
    client_id      TEXT    NOT NULL,
    request        TEXT    NOT NULL, -- checked, as JSON
    expires_at     INTEGER NOT NULL,
    is_used        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pushed_request_expiry ON pushed_request (expires_at);

CREATE TABLE interaction (
    id           BLOB    PRIMARY KEY,
    browser_hash BLOB    NOT NULL,
    client_id    TEXT    NOT NULL,
    request      TEXT    NOT NULL, -- checked, as JSON
    pushed_hash  BLOB,             -- the pushed request that it came from
    begun_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX interaction_expiry ON interaction (expires_at);

-- One authorization: the code that was given, and what it stands for. Its tokens refer to it, and it stands
-- on a consent; whatever ends the one ends the other in the same transaction.
CREATE TABLE oauth_grant (
    id              BLOB    PRIMARY KEY,
    consent_id      BLOB    NOT NULL REFERENCES consent (id) ON DELETE CASCADE,
    resident_id     BLOB    NOT NULL REFERENCES resident (id),
    client_id       TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    userinfo_claims TEXT    NOT NULL,
    id_token_claims TEXT    NOT NULL,
    nonce           TEXT,
    auth_time       INTEGER NOT NULL,
    amr             TEXT    NOT NULL,
    acr             TEXT    NOT NULL,
    redirect_uri    TEXT    NOT NULL,
    code_hash       BLOB    NOT NULL UNIQUE,
    code_challenge  TEXT,
    code_expires_at INTEGER NOT NULL,
    is_code_used    INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL -- when everything it gave has expired
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_grant_consent ON oauth_grant (consent_id);
CREATE INDEX oauth_grant_expiry ON oauth_grant (expires_at);

-- An access token is good while it has a row here.
CREATE TABLE access_token (
    id         BLOB    PRIMARY KEY, -- jti
    grant_id   BLOB    NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_token_grant ON access_token (grant_id);
CREATE INDEX access_token_expiry ON access_token (expires_at);

-- Client assertions that have been used: each is good once.
CREATE TABLE used_assertion (
    id_hash    BLOB    PRIMARY KEY, -- of client and jti
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_assertion_expiry ON used_assertion (expires_at);
