-- Claims on proxies, and what the directory tells participants.

CREATE TABLE directory_claim (
    id              BYTEA    PRIMARY KEY,
    proxy_hash      BYTEA    NOT NULL,
    kind            SMALLINT NOT NULL, -- 1 ownership, 2 portability
    state           SMALLINT NOT NULL, -- 1 open, 2 waiting, 3 confirmed, 4 completed, 5 cancelled
    claimant        SMALLINT NOT NULL,
    donor           SMALLINT NOT NULL,
    claimant_proved BOOLEAN  NOT NULL, -- customer of the claimant has proven possession
    donor_proved    BOOLEAN  NOT NULL,
    cancelled       SMALLINT,          -- why
    currencies      SMALLINT NOT NULL,
    sealed          BYTEA    NOT NULL, -- what the claimant registers when the claim completes
    owner_key       BYTEA,
    opened_at       BIGINT   NOT NULL,
    changed_at      BIGINT   NOT NULL,
    deadline        BIGINT   NOT NULL
);
CREATE UNIQUE INDEX directory_claim_open ON directory_claim (proxy_hash) WHERE state <= 3;
CREATE INDEX directory_claim_due ON directory_claim (deadline) WHERE state <= 3;
CREATE INDEX directory_claim_claimant ON directory_claim (claimant, id);
CREATE INDEX directory_claim_donor ON directory_claim (donor, id);

-- A number for each notice of a participant, without gaps: whoever writes one holds this row until the commit.
CREATE TABLE directory_inbox (
    participant SMALLINT PRIMARY KEY,
    last_seq    BIGINT   NOT NULL
);

CREATE TABLE directory_notice (
    participant SMALLINT NOT NULL,
    seq         BIGINT   NOT NULL,
    kind        TEXT     NOT NULL,
    subject     BYTEA    NOT NULL, -- the claim or the entry that it is about
    at          BIGINT   NOT NULL,
    PRIMARY KEY (participant, seq)
);
