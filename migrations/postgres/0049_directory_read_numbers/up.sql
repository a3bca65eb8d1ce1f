-- Batches of reads are numbered by a sequence, so that gateways append without waiting for each other.
COMMENT ON COLUMN directory_read_batch.seq IS 'from a sequence; runs are named after their first batch';
