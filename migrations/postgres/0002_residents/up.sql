-- Residents: who they are (sealed), how they prove it, where they are signed in, what they agreed to.

CREATE TABLE resident (
    id            BYTEA   PRIMARY KEY,
    hkid_hash     BYTEA   NOT NULL UNIQUE, -- keyed hash; the number itself is only inside `sealed`
    wrapped_key   BYTEA   NOT NULL,        -- this resident's data key, sealed under the master-derived key
    sealed        BYTEA   NOT NULL,        -- the attributes, sealed under the data key
    state         TEXT    NOT NULL CHECK (state IN ('registered', 'active', 'suspended')),
    registered_at BIGINT  NOT NULL,
    activated_at  BIGINT
);

CREATE TABLE activation (
    id          BYTEA   PRIMARY KEY,
    resident_id BYTEA   NOT NULL REFERENCES resident (id),
    code_hash   BYTEA   NOT NULL UNIQUE,
    issued_at   BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    beginnings  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX activation_resident ON activation (resident_id); -- one code a resident; a new one replaces it

CREATE TABLE activation_session (
    secret_hash   BYTEA   PRIMARY KEY,
    activation_id BYTEA   NOT NULL REFERENCES activation (id) ON DELETE CASCADE,
    resident_id   BYTEA   NOT NULL REFERENCES resident (id),
    expires_at    BIGINT  NOT NULL
);
CREATE INDEX activation_session_activation ON activation_session (activation_id);
CREATE INDEX activation_session_expiry ON activation_session (expires_at);

CREATE TABLE passkey (
    id            BYTEA   PRIMARY KEY,
    resident_id   BYTEA   NOT NULL REFERENCES resident (id),
    credential_id BYTEA   NOT NULL UNIQUE,
    credential    TEXT    NOT NULL, -- public key, counter and flags, as JSON
    label         TEXT    NOT NULL,
    backed_up     BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL,
    last_used_at  BIGINT
);
CREATE INDEX passkey_resident ON passkey (resident_id);

CREATE TABLE ceremony (
    secret_hash BYTEA   PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('registration', 'authentication')),
    state       TEXT    NOT NULL, -- the challenge and what is expected of the answer, as JSON
    expires_at  BIGINT  NOT NULL
);
CREATE INDEX ceremony_expiry ON ceremony (expires_at);

CREATE TABLE session (
    id          BYTEA   PRIMARY KEY,
    secret_hash BYTEA   NOT NULL UNIQUE,
    resident_id BYTEA   NOT NULL REFERENCES resident (id),
    auth_time   BIGINT  NOT NULL,
    last_seen   BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    amr         TEXT    NOT NULL, -- RFC 8176 values, separated by spaces
    acr         TEXT    NOT NULL
);
CREATE INDEX session_resident ON session (resident_id);
CREATE INDEX session_expiry ON session (expires_at);
CREATE INDEX session_last_seen ON session (last_seen);

-- What a resident agreed that a relying party may know. Codes and tokens refer to `id` with ON DELETE
-- CASCADE, so that withdrawing consent ends all of them in the same transaction.
CREATE TABLE consent (
    id          BYTEA   PRIMARY KEY,
    resident_id BYTEA   NOT NULL REFERENCES resident (id),
    client_id   TEXT    NOT NULL,
    scopes      TEXT    NOT NULL, -- separated by spaces
    claims      TEXT    NOT NULL, -- separated by spaces
    granted_at  BIGINT  NOT NULL,
    changed_at  BIGINT  NOT NULL,
    UNIQUE (resident_id, client_id)
);

CREATE TABLE signing_key (
    kid        TEXT    PRIMARY KEY, -- RFC 7638 thumbprint
    algorithm  TEXT    NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA')),
    wrapped    BYTEA   NOT NULL,    -- PKCS#8, sealed under the master-derived key
    state      TEXT    NOT NULL CHECK (state IN ('next', 'current', 'retired')),
    created_at BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL
);
-- Two gateways that make or rotate keys at once: one of them wins.
CREATE UNIQUE INDEX signing_key_active ON signing_key (algorithm, state) WHERE state <> 'retired';

-- Append-only. Each row carries the hash of the row before it and of itself.
CREATE TABLE identity_audit (
    seq     BIGINT  PRIMARY KEY,
    at      BIGINT  NOT NULL,
    actor   TEXT    NOT NULL,
    act     TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    hash    BYTEA   NOT NULL
);

-- The end of the chain. Its row is locked while a record is added, so that records stand in one order.
CREATE TABLE identity_audit_head (
    id   BIGINT  PRIMARY KEY CHECK (id = 1),
    seq  BIGINT  NOT NULL,
    hash BYTEA   NOT NULL
);
INSERT INTO identity_audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));
