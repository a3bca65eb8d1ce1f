-- Claims on proxies, and what the directory tells participants.

CREATE TABLE directory_claim (
    id              BLOB    PRIMARY KEY,
    proxy_hash      BLOB    NOT NULL,
    kind            INTEGER NOT NULL, -- 1 ownership, 2 portability
    state           INTEGER NOT NULL, -- 1 open, 2 waiting, 3 confirmed, 4 completed, 5 cancelled
    claimant        INTEGER NOT NULL,
    donor           INTEGER NOT NULL,
    claimant_proved INTEGER NOT NULL, -- customer of the claimant has proven possession
    donor_proved    INTEGER NOT NULL,
    cancelled       INTEGER,          -- why
    currencies      INTEGER NOT NULL,
    sealed          BLOB    NOT NULL, -- what the claimant registers when the claim completes
    owner_key       BLOB,
    opened_at       INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    deadline        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX directory_claim_open ON directory_claim (proxy_hash) WHERE state <= 3;
CREATE INDEX directory_claim_due ON directory_claim (deadline) WHERE state <= 3;
CREATE INDEX directory_claim_claimant ON directory_claim (claimant, id);
CREATE INDEX directory_claim_donor ON directory_claim (donor, id);

-- A number for each notice of a participant, without gaps: whoever writes one holds this row until the commit.
CREATE TABLE directory_inbox (
    participant INTEGER PRIMARY KEY,
    last_seq    INTEGER NOT NULL
) STRICT;

CREATE TABLE directory_notice (
    participant INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    subject     BLOB    NOT NULL, -- the claim or the entry that it is about
    at          INTEGER NOT NULL,
    PRIMARY KEY (participant, seq)
) STRICT, WITHOUT ROWID;
