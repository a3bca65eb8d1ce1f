-- The directory's entries in a compact form: about 15 million of them have to fit into the memory of one machine.
-- With a row number inside, so that indexes refer to rows by four bytes and rows are appended.

CREATE TABLE directory_entry_compact (
    changed_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    proven_on    INTEGER NOT NULL, -- day since 1970-01-01 on which ownership was last proven; 0: never
    last_used_on INTEGER NOT NULL, -- day since 1970-01-01 on which a payer was last shown it; 0: never
    participant  INTEGER NOT NULL,
    currencies   INTEGER NOT NULL, -- a bit for each: 1 HKD, 2 CNY
    status       INTEGER NOT NULL, -- 1 pending, 2 proven, 3 locked
    is_default   INTEGER NOT NULL, -- at most one a proxy: whoever changes a proxy's entries locks the proxy
    proxy_hash   BLOB    NOT NULL, -- keyed hash, 16 bytes; the number or address itself is only inside `sealed`
    id           BLOB    NOT NULL, -- UUIDv7: it says when the entry was registered, and the account token follows from it
    sealed       BLOB    NOT NULL, -- a byte for its form; proxy, account and owner's names
    owner_key    BLOB,             -- keyed hash, 16 bytes, of the resident who owns it, when that is known
    PRIMARY KEY (proxy_hash, participant) -- one account a proxy at each participant
) STRICT;

-- Form 0: the account token as it was, then what was sealed. It becomes another form when the entry next changes.
INSERT INTO directory_entry_compact
SELECT changed_at, version, changed_at / 86400000000, 0, participant, 3, 2, is_default,
       substr(proxy_hash, 1, 16), id, CAST(x'00' || CAST(account_token AS BLOB) || sealed AS BLOB), NULL
FROM directory_entry;

DROP TABLE directory_entry;
ALTER TABLE directory_entry_compact RENAME TO directory_entry;
CREATE UNIQUE INDEX directory_entry_id ON directory_entry (participant, id);
CREATE INDEX directory_entry_owner ON directory_entry (owner_key) WHERE owner_key IS NOT NULL;
