-- Signing out reaches whatever was signed in to from the session: what it authorized, and whoever knows of it.

ALTER TABLE oauth_grant ADD COLUMN session_id BYTEA; -- the session in which it was given
CREATE INDEX oauth_grant_session ON oauth_grant (session_id);

-- The relying parties that a session was used at.
CREATE TABLE session_client (
    session_id BYTEA   NOT NULL,
    client_id  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    since      BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL, -- when the session ends at the latest
    PRIMARY KEY (session_id, client_id)
);
CREATE INDEX session_client_expiry ON session_client (expires_at);

-- Sessions that have ended and of which a relying party is still to be told (back-channel logout).
CREATE TABLE logout_notice (
    id         BYTEA   PRIMARY KEY, -- jti
    session_id BYTEA   NOT NULL,
    client_id  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    attempts   BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL, -- the next attempt
    expires_at BIGINT  NOT NULL  -- then nobody tries any more
);
CREATE INDEX logout_notice_due ON logout_notice (due_at);
CREATE INDEX logout_notice_expiry ON logout_notice (expires_at);
