-- How far imports into the directory have come, so that one that was interrupted goes on where it was.
CREATE TABLE directory_import (
    source BYTEA  PRIMARY KEY, -- SHA-256 of the file
    done   BIGINT NOT NULL     -- its entries that are in the directory
);
