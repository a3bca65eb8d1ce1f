-- When a relying party went on after it had been stopped: what a gateway gave it before, and holds in memory only, is
-- worth nothing from then on.
ALTER TABLE client ADD COLUMN resumed_at BIGINT;
