-- By when a file of a watched folder should have come, as JSON; NULL: nobody waits for it.
ALTER TABLE watch ADD COLUMN expected TEXT;
-- When one was last taken.
ALTER TABLE watch ADD COLUMN last_at TEXT;
