-- The last batch in a run. Batches up to here are in a run already, and removed a few at a time.
ALTER TABLE directory_read_run ADD COLUMN through INTEGER;
