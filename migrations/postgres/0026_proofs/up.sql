-- One-time codes that were sent to a number or address, and not answered yet.

CREATE TABLE directory_proof (
    proxy_hash  BYTEA    NOT NULL,
    participant SMALLINT NOT NULL,
    code_hash   BYTEA    NOT NULL, -- keyed hash
    tries       SMALLINT NOT NULL, -- wrong answers to this code
    sends       SMALLINT NOT NULL, -- codes sent since `since`
    since       BIGINT   NOT NULL,
    sent_at     BIGINT   NOT NULL,
    expires_at  BIGINT   NOT NULL,
    PRIMARY KEY (proxy_hash, participant)
);
CREATE INDEX directory_proof_since ON directory_proof (since);
