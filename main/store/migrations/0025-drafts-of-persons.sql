-- Whose a draft is: what somebody has begun is not put before others, who may send a file only as its dataset knows it.
CREATE TABLE draft_new (
  -- Of the file's bytes.
  sha256  TEXT NOT NULL,
  -- The file's: files of shops that sold nothing have the same bytes.
  name    TEXT NOT NULL,
  -- As who signed in; empty: the owner of this home.
  person  TEXT NOT NULL,
  bytes   INTEGER NOT NULL,
  -- As JSON.
  draft   TEXT NOT NULL,
  kept_at TEXT NOT NULL,
  PRIMARY KEY (sha256, name, person)
) STRICT, WITHOUT ROWID;
INSERT INTO draft_new SELECT sha256, name, '', bytes, draft, kept_at FROM draft;
DROP TABLE draft;
ALTER TABLE draft_new RENAME TO draft;
CREATE INDEX draft_by_bytes ON draft (bytes);
CREATE INDEX draft_by_time ON draft (kept_at);
