-- A code names its authorization (the first half of it is the id), so nothing is looked up by its hash any more. Codes of
-- before, which lived for a minute, are refused. The first access token of an authorization has the authorization's id and no
-- row in access_token; ended_access_token says when it was ended by itself.
--
-- SQLite cannot take a constraint from a table, so it is made anew, and with it those that refer to it: dropping it would
-- empty them.
CREATE TABLE authorization_anew (
    id                    BLOB    PRIMARY KEY,
    consent_id            BLOB    NOT NULL REFERENCES consent (id) ON DELETE CASCADE,
    resident_id           BLOB    NOT NULL REFERENCES resident (id),
    client_id             TEXT    NOT NULL,
    subject               TEXT    NOT NULL,
    scopes                TEXT    NOT NULL,
    resources             TEXT    NOT NULL DEFAULT '', -- that its tokens are for (RFC 8707), separated by spaces
    authorization_details TEXT,                        -- RFC 9396, as JSON
    userinfo_claims       TEXT    NOT NULL,
    id_token_claims       TEXT    NOT NULL,
    nonce                 TEXT,
    auth_time             INTEGER NOT NULL,
    amr                   TEXT    NOT NULL,
    acr                   TEXT    NOT NULL,
    redirect_uri          TEXT    NOT NULL,
    code_hash             BLOB    NOT NULL,
    code_challenge        TEXT,
    dpop_jkt              TEXT,
    code_expires_at       INTEGER NOT NULL,
    is_code_used          INTEGER NOT NULL,
    expires_at            INTEGER NOT NULL,            -- when everything it gave has expired
    session_id            BLOB,                        -- the session in which it was given
    claims_locale         TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO authorization_anew
    SELECT id, consent_id, resident_id, client_id, subject, scopes, resources, authorization_details, userinfo_claims,
           id_token_claims, nonce, auth_time, amr, acr, redirect_uri, code_hash, code_challenge, dpop_jkt, code_expires_at,
           is_code_used, expires_at, session_id, claims_locale
    FROM oauth_grant;

-- Access tokens after the first.
CREATE TABLE access_token_anew (
    id         BLOB    PRIMARY KEY, -- jti
    grant_id   BLOB    NOT NULL REFERENCES authorization_anew (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO access_token_anew SELECT id, grant_id, expires_at FROM access_token;

CREATE TABLE refresh_token_anew (
    token_hash   BLOB    PRIMARY KEY,
    grant_id     BLOB    NOT NULL REFERENCES authorization_anew (id) ON DELETE CASCADE,
    confirmation TEXT,             -- the key that it is bound to (`cnf`, RFC 7800), as JSON
    issued_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL, -- moves on with use
    ends_at      INTEGER NOT NULL, -- does not
    replaced_at  INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO refresh_token_anew
    SELECT token_hash, grant_id, confirmation, issued_at, expires_at, ends_at, replaced_at FROM refresh_token;

DROP TABLE access_token;
DROP TABLE refresh_token;
DROP TABLE oauth_grant;
ALTER TABLE authorization_anew RENAME TO oauth_grant;
ALTER TABLE access_token_anew RENAME TO access_token;
ALTER TABLE refresh_token_anew RENAME TO refresh_token;
CREATE INDEX oauth_grant_consent ON oauth_grant (consent_id);
CREATE INDEX oauth_grant_expiry ON oauth_grant (expires_at);
CREATE INDEX oauth_grant_session ON oauth_grant (session_id);
CREATE INDEX access_token_grant ON access_token (grant_id);
CREATE INDEX access_token_expiry ON access_token (expires_at);
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);
