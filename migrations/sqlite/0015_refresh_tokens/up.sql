-- Refresh tokens, by keyed hash. One that was replaced stays for a while, so that showing it again is noticed.
CREATE TABLE refresh_token (
    token_hash   BLOB    PRIMARY KEY,
    grant_id     BLOB    NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    confirmation TEXT,             -- the key that it is bound to (`cnf`, RFC 7800), as JSON
    issued_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL, -- moves on with use
    ends_at      INTEGER NOT NULL, -- does not
    replaced_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);

-- Access tokens that stand on no resident's authorization are good unless they are here.
CREATE TABLE ended_access_token (
    id         BLOB    PRIMARY KEY, -- jti
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_access_token_expiry ON ended_access_token (expires_at);
