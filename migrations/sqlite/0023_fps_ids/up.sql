-- FPS IDs that the directory issued. A row stays when its entry is removed: no number is issued twice.

CREATE TABLE fps_id (
    number      TEXT    PRIMARY KEY,
    participant INTEGER NOT NULL,
    request_id  BLOB    NOT NULL, -- the participant's own; the same again is the same number
    issued_at   INTEGER NOT NULL,
    UNIQUE (participant, request_id)
) STRICT, WITHOUT ROWID;
