-- One-time codes that were sent to a number or address, and not answered yet.

CREATE TABLE directory_proof (
    proxy_hash  BLOB    NOT NULL,
    participant INTEGER NOT NULL,
    code_hash   BLOB    NOT NULL, -- keyed hash
    tries       INTEGER NOT NULL, -- wrong answers to this code
    sends       INTEGER NOT NULL, -- codes sent since `since`
    since       INTEGER NOT NULL,
    sent_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (proxy_hash, participant)
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_proof_since ON directory_proof (since);
