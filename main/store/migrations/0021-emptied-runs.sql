-- When what was kept of an ended run was removed: rows that were held back, and copies of its file; NULL: it is there.
ALTER TABLE run ADD COLUMN emptied_at TEXT;
