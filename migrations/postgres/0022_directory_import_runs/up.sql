-- The audit of imports into the directory: one row for each time that a file was imported, written with every chunk, so
-- that it tells exactly what was done also when the import was interrupted.
CREATE TABLE directory_import_run (
    id                BYTEA  PRIMARY KEY, -- UUIDv7: it says when the run began
    source            BYTEA  NOT NULL,    -- SHA-256 of the file
    actor             TEXT   NOT NULL,    -- who ran it
    changed_at        BIGINT NOT NULL,
    done_before       BIGINT NOT NULL,    -- entries of the file that earlier runs had done
    added             BIGINT NOT NULL,
    known             BIGINT NOT NULL,    -- were there already
    default_elsewhere BIGINT NOT NULL     -- are not the default, which another bank has
);
