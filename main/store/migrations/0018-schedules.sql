-- When an extract is fetched by itself, as JSON; NULL: only when somebody says so.
ALTER TABLE extract ADD COLUMN schedule TEXT;
-- The time up to which everything was done or left out.
ALTER TABLE extract ADD COLUMN handled_at TEXT;
-- What kept the last time from being done, as JSON; NULL: nothing.
ALTER TABLE extract ADD COLUMN trouble TEXT;
