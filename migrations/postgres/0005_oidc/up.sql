-- The OpenID provider: relying parties, who residents are to them, and the short life of a sign-in.
-- Codes, request URIs and browsers' secrets are here as keyed hashes only.

CREATE TABLE client (
    client_id     TEXT    PRIMARY KEY,
    metadata      TEXT    NOT NULL, -- RFC 7591, as JSON
    registered_at BIGINT  NOT NULL
);

-- Who a resident is in a sector. Random and kept for ever, so that no rotation of keys changes anybody.
CREATE TABLE pairwise_subject (
    resident_id BYTEA NOT NULL REFERENCES resident (id),
    sector      TEXT NOT NULL,
    subject     TEXT NOT NULL UNIQUE,
    PRIMARY KEY (resident_id, sector)
);

CREATE TABLE pushed_request (
    reference_hash BYTEA   PRIMARY KEY,
    client_id      TEXT    NOT NULL,
    request        TEXT    NOT NULL, -- checked, as JSON
    expires_at     BIGINT  NOT NULL,
    is_used        BOOLEAN NOT NULL
);
CREATE INDEX pushed_request_expiry ON pushed_request (expires_at);

CREATE TABLE interaction (
    id           BYTEA   PRIMARY KEY,
    browser_hash BYTEA   NOT NULL,
    client_id    TEXT    NOT NULL,
    request      TEXT    NOT NULL, -- checked, as JSON
    pushed_hash  BYTEA,             -- the pushed request that it came from
    begun_at     BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL
);
CREATE INDEX interaction_expiry ON interaction (expires_at);

-- One authorization: the code that was given, and what it stands for. Its tokens refer to it, and it stands
-- on a consent; whatever ends the one ends the other in the same transaction.
CREATE TABLE oauth_grant (
    id              BYTEA   PRIMARY KEY,
    consent_id      BYTEA   NOT NULL REFERENCES consent (id) ON DELETE CASCADE,
    resident_id     BYTEA   NOT NULL REFERENCES resident (id),
    client_id       TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    userinfo_claims TEXT    NOT NULL,
    id_token_claims TEXT    NOT NULL,
    nonce           TEXT,
    auth_time       BIGINT  NOT NULL,
    amr             TEXT    NOT NULL,
    acr             TEXT    NOT NULL,
    redirect_uri    TEXT    NOT NULL,
    code_hash       BYTEA   NOT NULL UNIQUE,
    code_challenge  TEXT,
    code_expires_at BIGINT  NOT NULL,
    is_code_used    BOOLEAN NOT NULL,
    expires_at      BIGINT  NOT NULL -- when everything it gave has expired
);
CREATE INDEX oauth_grant_consent ON oauth_grant (consent_id);
CREATE INDEX oauth_grant_expiry ON oauth_grant (expires_at);

-- An access token is good while it has a row here.
CREATE TABLE access_token (
    id         BYTEA   PRIMARY KEY, -- jti
    grant_id   BYTEA   NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX access_token_grant ON access_token (grant_id);
CREATE INDEX access_token_expiry ON access_token (expires_at);

-- Client assertions that have been used: each is good once.
CREATE TABLE used_assertion (
    id_hash    BYTEA   PRIMARY KEY, -- of client and jti
    expires_at BIGINT  NOT NULL
);
CREATE INDEX used_assertion_expiry ON used_assertion (expires_at);
