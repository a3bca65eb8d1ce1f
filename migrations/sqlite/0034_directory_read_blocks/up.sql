-- Reads filed in blocks of some hundreds, 28 bytes a read as in `directory_read_batch`: look-ups wait for whoever files
-- them, and a row for each took a hundred times as long. All that a run says of an entry is in one block. What was filed
-- before stays where it is, in `directory_read`.
CREATE TABLE directory_read_block (
    run   INTEGER NOT NULL,
    first BLOB    NOT NULL, -- the lowest entry in it
    reads BLOB    NOT NULL, -- sorted
    PRIMARY KEY (run, first)
) STRICT;
