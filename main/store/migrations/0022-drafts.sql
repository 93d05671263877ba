-- What was chosen at the desk for a file that was not sent yet: its steps with how they came about, its columns, how it is read.
CREATE TABLE draft (
  -- Of the file's bytes.
  sha256  TEXT NOT NULL,
  -- The file's: files of shops that sold nothing have the same bytes.
  name    TEXT NOT NULL,
  bytes   INTEGER NOT NULL,
  -- As JSON.
  draft   TEXT NOT NULL,
  kept_at TEXT NOT NULL,
  PRIMARY KEY (sha256, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_by_bytes ON draft (bytes);
CREATE INDEX draft_by_time ON draft (kept_at);
