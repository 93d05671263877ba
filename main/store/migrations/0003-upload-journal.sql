-- Files on their way to a blob, or last brought there. A cache: the server's own list is the truth.
CREATE TABLE upload (
  id          INTEGER PRIMARY KEY,
  file        TEXT NOT NULL,
  target      TEXT NOT NULL,
  -- NULL for an upload that is no run.
  run_id      TEXT REFERENCES run (id) ON DELETE CASCADE,
  identity    TEXT NOT NULL,
  -- The id that its commit carries; NULL once it has ended.
  commits_as  TEXT,
  -- Of the blob as it was first seen; NULL if none was there.
  etag        TEXT,
  blocks_sent INTEGER NOT NULL DEFAULT 0,
  bytes_sent  INTEGER NOT NULL DEFAULT 0,
  begun_at    TEXT NOT NULL,
  UNIQUE (file, target)
) STRICT;

-- Blocks the server had, some at a time: their offsets as 64-bit floats, their ids one after the other.
CREATE TABLE upload_batch (
  upload_id INTEGER NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  seq       INTEGER NOT NULL,
  offsets   BLOB NOT NULL,
  ids       TEXT NOT NULL,
  -- MD5 over identity, offsets and ids: a damaged row is not believed.
  md5       BLOB NOT NULL,
  PRIMARY KEY (upload_id, seq)
) STRICT, WITHOUT ROWID;

-- What a run had sent is counted in `upload` now.
DROP TABLE block;
