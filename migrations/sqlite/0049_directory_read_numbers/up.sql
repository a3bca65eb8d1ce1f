-- Batches of reads are numbered behind the last batch and the last run, which is named after its first batch, by whoever
-- appends one. AUTOINCREMENT noted the highest number in a table of its own: at each commit one page more.
CREATE TABLE directory_read_batch_numbered (
    seq   INTEGER PRIMARY KEY,
    reads BLOB    NOT NULL
) STRICT;
INSERT INTO directory_read_batch_numbered SELECT seq, reads FROM directory_read_batch;
DROP TABLE directory_read_batch;
ALTER TABLE directory_read_batch_numbered RENAME TO directory_read_batch;
