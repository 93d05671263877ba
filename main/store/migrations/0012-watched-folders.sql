-- Folders whose new files are sent by themselves.
CREATE TABLE watch (
  id         INTEGER PRIMARY KEY,
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
  UNIQUE (folder, pattern)
) STRICT;

-- Files that were taken from there, as they lay there then: the same name with another size or time is another file.
CREATE TABLE watched_file (
  watch    INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  -- Nanoseconds since 1970, as the file system says it.
  modified TEXT NOT NULL,
  -- NULL: the run was discarded since.
  run      TEXT REFERENCES run (id) ON DELETE SET NULL,
  PRIMARY KEY (watch, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_file_by_run ON watched_file (run);
