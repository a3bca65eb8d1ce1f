-- Imports write a long stretch of the file in the order of its keys, a step at a time: where the stretch ends that is
-- under way, and how many of its entries, in that order, are in the directory.
ALTER TABLE directory_import ADD COLUMN reaching INTEGER NOT NULL DEFAULT 0;
ALTER TABLE directory_import ADD COLUMN within INTEGER NOT NULL DEFAULT 0;
