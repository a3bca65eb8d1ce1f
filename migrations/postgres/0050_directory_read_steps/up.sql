-- Nothing here, where batches are removed in the transaction that files them.
ALTER TABLE directory_read_run ADD COLUMN through BIGINT;
COMMENT ON COLUMN directory_read_run.through IS 'of an embedded database: the last batch in the run';
