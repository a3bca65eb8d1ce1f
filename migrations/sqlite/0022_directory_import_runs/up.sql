-- The audit of imports into the directory: one row for each time that a file was imported, written with every chunk, so
-- that it tells exactly what was done also when the import was interrupted.
CREATE TABLE directory_import_run (
    id                BLOB    PRIMARY KEY, -- UUIDv7: it says when the run began
    source            BLOB    NOT NULL,    -- SHA-256 of the file
    actor             TEXT    NOT NULL,    -- who ran it
    changed_at        INTEGER NOT NULL,
    done_before       INTEGER NOT NULL,    -- entries of the file that earlier runs had done
    added             INTEGER NOT NULL,
    known             INTEGER NOT NULL,    -- were there already
    default_elsewhere INTEGER NOT NULL     -- are not the default, which another bank has
) STRICT, WITHOUT ROWID;
