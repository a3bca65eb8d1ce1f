-- Refresh tokens, by keyed hash. One that was replaced stays for a while, so that showing it again is noticed.
CREATE TABLE refresh_token (
    token_hash   BYTEA   PRIMARY KEY,
    grant_id     BYTEA   NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    confirmation TEXT,             -- the key that it is bound to (`cnf`, RFC 7800), as JSON
    issued_at    BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL, -- moves on with use
    ends_at      BIGINT  NOT NULL, -- does not
    replaced_at  BIGINT
);
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);

-- Access tokens that stand on no resident's authorization are good unless they are here.
CREATE TABLE ended_access_token (
    id         BYTEA   PRIMARY KEY, -- jti
    expires_at BIGINT  NOT NULL
);
CREATE INDEX ended_access_token_expiry ON ended_access_token (expires_at);
