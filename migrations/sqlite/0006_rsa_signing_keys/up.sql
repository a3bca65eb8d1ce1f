-- RSA keys beside the others. SQLite cannot change a check, so the table is made again; the code knows the algorithms.
CREATE TABLE signing_key_of_any_algorithm (
    kid        TEXT    PRIMARY KEY, -- RFC 7638 thumbprint
    algorithm  TEXT    NOT NULL,    -- as in `alg`
    wrapped    BLOB    NOT NULL,    -- PKCS#8, sealed under the master-derived key
    state      TEXT    NOT NULL CHECK (state IN ('next', 'current', 'retired')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO signing_key_of_any_algorithm SELECT kid, algorithm, wrapped, state, created_at, changed_at FROM signing_key;
DROP TABLE signing_key;
ALTER TABLE signing_key_of_any_algorithm RENAME TO signing_key;
CREATE UNIQUE INDEX signing_key_active ON signing_key (algorithm, state) WHERE state <> 'retired';
