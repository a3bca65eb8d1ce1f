-- Alerts on suspected proxies, accounts and names, and frauds that banks agreed on. Subjects are keyed hashes.

CREATE TABLE directory_alert (
    id           BYTEA    PRIMARY KEY,
    subject_hash BYTEA    NOT NULL,
    subject_kind TEXT     NOT NULL,
    effect       SMALLINT NOT NULL, -- 1 warn, 2 refuse
    reason       SMALLINT NOT NULL,
    raised_by    SMALLINT NOT NULL, -- a participant; 0 is the operator, for the police
    actor        TEXT,                -- the operator who entered it
    withdrawn_by TEXT,                -- the operator who ended it
    created_at   BIGINT   NOT NULL,
    expires_at   BIGINT   NOT NULL
);
CREATE INDEX directory_alert_raised ON directory_alert (raised_by, id);
CREATE INDEX directory_alert_expiry ON directory_alert (expires_at);

CREATE TABLE directory_infraction (
    id              BYTEA    PRIMARY KEY,
    entry_id        BYTEA    NOT NULL,
    proxy_subject   BYTEA    NOT NULL,
    account_subject BYTEA    NOT NULL,
    owner_subject   BYTEA,
    uetr            BYTEA,             -- the payment, where one was made
    reporter        SMALLINT NOT NULL,
    reported        SMALLINT NOT NULL,
    reason          SMALLINT NOT NULL,
    state           SMALLINT NOT NULL,
    agreed_on       INTEGER,           -- day since 1970-01-01
    reported_at     BIGINT   NOT NULL,
    changed_at      BIGINT   NOT NULL
);
CREATE INDEX directory_infraction_reporter ON directory_infraction (reporter, id);
CREATE INDEX directory_infraction_reported ON directory_infraction (reported, id);
CREATE INDEX directory_infraction_agreed ON directory_infraction (agreed_on) WHERE agreed_on IS NOT NULL;

-- Goes up with every change of what look-ups are told, so that gateways know when to read it again.
CREATE TABLE directory_suspicion_version (
    id      INTEGER PRIMARY KEY,
    version BIGINT  NOT NULL
);
INSERT INTO directory_suspicion_version VALUES (1, 0);
