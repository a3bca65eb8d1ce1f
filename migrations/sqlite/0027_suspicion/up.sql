-- Alerts on suspected proxies, accounts and names, and frauds that banks agreed on. Subjects are keyed hashes.

CREATE TABLE directory_alert (
    id           BLOB    PRIMARY KEY,
    subject_hash BLOB    NOT NULL,
    subject_kind TEXT    NOT NULL,
    effect       INTEGER NOT NULL, -- 1 warn, 2 refuse
    reason       INTEGER NOT NULL,
    raised_by    INTEGER NOT NULL, -- a participant; 0 is the operator, for the police
    actor        TEXT,               -- the operator who entered it
    withdrawn_by TEXT,               -- the operator who ended it
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_alert_raised ON directory_alert (raised_by, id);
CREATE INDEX directory_alert_expiry ON directory_alert (expires_at);

CREATE TABLE directory_infraction (
    id              BLOB    PRIMARY KEY,
    entry_id        BLOB    NOT NULL,
    proxy_subject   BLOB    NOT NULL,
    account_subject BLOB    NOT NULL,
    owner_subject   BLOB,
    uetr            BLOB,             -- the payment, where one was made
    reporter        INTEGER NOT NULL,
    reported        INTEGER NOT NULL,
    reason          INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    agreed_on       INTEGER,          -- day since 1970-01-01
    reported_at     INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_infraction_reporter ON directory_infraction (reporter, id);
CREATE INDEX directory_infraction_reported ON directory_infraction (reported, id);
CREATE INDEX directory_infraction_agreed ON directory_infraction (agreed_on) WHERE agreed_on IS NOT NULL;

-- Goes up with every change of what look-ups are told, so that gateways know when to read it again.
CREATE TABLE directory_suspicion_version (
    id      INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;
INSERT INTO directory_suspicion_version VALUES (1, 0);
