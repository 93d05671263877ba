-- What became of a delivery later. The ledger in the warehouse decides; this is what a list shows of it.
ALTER TABLE run ADD COLUMN undone_at TEXT;
-- The run that took its place.
ALTER TABLE run ADD COLUMN corrected_by TEXT;
