-- A watched folder may lie at a connection; NULL: on this computer. Two servers may have folders of one name, so what is
-- unique is made anew, and with it the tables.
CREATE TABLE watch_new (
  id         INTEGER PRIMARY KEY,
  -- Of which the folder is; NULL: of this computer.
  connection TEXT,
  folder     TEXT NOT NULL,
  pattern    TEXT NOT NULL,
  dataset    TEXT NOT NULL REFERENCES dataset (name) ON UPDATE CASCADE,
  -- What becomes of a file that was delivered: leave, move or delete.
  after      TEXT NOT NULL,
  -- What a file beside it is called in addition that says that it is whole; NULL: nothing says it.
  marker     TEXT,
  created_at TEXT NOT NULL,
  -- What is the matter with it, as JSON; NULL: nothing.
  trouble    TEXT,
  -- By when a file should have come, as JSON; NULL: nobody waits for it.
  expected   TEXT,
  -- When one was last taken.
  last_at    TEXT
) STRICT;
INSERT INTO watch_new (id, folder, pattern, dataset, after, marker, created_at, trouble, expected, last_at)
  SELECT id, folder, pattern, dataset, after, marker, created_at, trouble, expected, last_at FROM watch;

CREATE TABLE watched_file_new (
  watch    INTEGER NOT NULL REFERENCES watch_new (id) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  -- Nanoseconds since 1970, as the file system says it; behind it, where there is one, the ETag.
  modified TEXT NOT NULL,
  -- NULL: the run was discarded since.
  run      TEXT REFERENCES run (id) ON DELETE SET NULL,
  PRIMARY KEY (watch, name)
) STRICT, WITHOUT ROWID;
INSERT INTO watched_file_new SELECT watch, name, bytes, modified, run FROM watched_file;

DROP TABLE watched_file;
DROP TABLE watch;
ALTER TABLE watch_new RENAME TO watch;
ALTER TABLE watched_file_new RENAME TO watched_file;
CREATE UNIQUE INDEX watch_once ON watch (coalesce(connection, ''), folder, pattern);
CREATE INDEX watched_file_by_run ON watched_file (run);
