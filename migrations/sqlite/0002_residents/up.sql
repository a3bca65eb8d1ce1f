-- Residents: who they are (sealed), how they prove it, where they are signed in, what they agreed to.

CREATE TABLE resident (
    id            BLOB    PRIMARY KEY,
    hkid_hash     BLOB    NOT NULL UNIQUE, -- keyed hash; the number itself is only inside `sealed`
    wrapped_key   BLOB    NOT NULL,        -- this resident's data key, sealed under the master-derived key
    sealed        BLOB    NOT NULL,        -- the attributes, sealed under the data key
    state         TEXT    NOT NULL CHECK (state IN ('registered', 'active', 'suspended')),
    registered_at INTEGER NOT NULL,
    activated_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE activation (
    id          BLOB    PRIMARY KEY,
    resident_id BLOB    NOT NULL REFERENCES resident (id),
    code_hash   BLOB    NOT NULL UNIQUE,
    issued_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    beginnings  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX activation_resident ON activation (resident_id); -- one code a resident; a new one replaces it

CREATE TABLE activation_session (
    secret_hash   BLOB    PRIMARY KEY,
    activation_id BLOB    NOT NULL REFERENCES activation (id) ON DELETE CASCADE,
    resident_id   BLOB    NOT NULL REFERENCES resident (id),
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX activation_session_activation ON activation_session (activation_id);
CREATE INDEX activation_session_expiry ON activation_session (expires_at);

CREATE TABLE passkey (
    id            BLOB    PRIMARY KEY,
    resident_id   BLOB    NOT NULL REFERENCES resident (id),
    credential_id BLOB    NOT NULL UNIQUE,
    credential    TEXT    NOT NULL, -- public key, counter and flags, as JSON
    label         TEXT    NOT NULL,
    backed_up     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_resident ON passkey (resident_id);

CREATE TABLE ceremony (
    secret_hash BLOB    PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('registration', 'authentication')),
    state       TEXT    NOT NULL, -- the challenge and what is expected of the answer, as JSON
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremony_expiry ON ceremony (expires_at);

CREATE TABLE session (
    id          BLOB    PRIMARY KEY,
    secret_hash BLOB    NOT NULL UNIQUE,
    resident_id BLOB    NOT NULL REFERENCES resident (id),
    auth_time   INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    amr         TEXT    NOT NULL, -- RFC 8176 values, separated by spaces
    acr         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_resident ON session (resident_id);
CREATE INDEX session_expiry ON session (expires_at);
CREATE INDEX session_last_seen ON session (last_seen);

-- What a resident agreed that a relying party may know. Codes and tokens refer to `id` with ON DELETE
-- CASCADE, so that withdrawing consent ends all of them in the same transaction.
CREATE TABLE consent (
    id          BLOB    PRIMARY KEY,
    resident_id BLOB    NOT NULL REFERENCES resident (id),
    client_id   TEXT    NOT NULL,
    scopes      TEXT    NOT NULL, -- separated by spaces
    claims      TEXT    NOT NULL, -- separated by spaces
    granted_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    UNIQUE (resident_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_key (
    kid        TEXT    PRIMARY KEY, -- RFC 7638 thumbprint
    algorithm  TEXT    NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA')),
    wrapped    BLOB    NOT NULL,    -- PKCS#8, sealed under the master-derived key
    state      TEXT    NOT NULL CHECK (state IN ('next', 'current', 'retired')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Two gateways that make or rotate keys at once: one of them wins.
CREATE UNIQUE INDEX signing_key_active ON signing_key (algorithm, state) WHERE state <> 'retired';

-- Append-only. Each row carries the hash of the row before it and of itself.
CREATE TABLE identity_audit (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    act     TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    hash    BLOB    NOT NULL
) STRICT;

-- The end of the chain. Its row is locked while a record is added, so that records stand in one order.
CREATE TABLE identity_audit_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash BLOB    NOT NULL
) STRICT;
INSERT INTO identity_audit_head VALUES (1, 0, zeroblob(32));
