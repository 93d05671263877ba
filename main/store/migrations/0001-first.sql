CREATE TABLE connection (
  name       TEXT PRIMARY KEY,
  settings   TEXT NOT NULL,
  container  TEXT,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE dataset (
  name       TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  dataset     TEXT NOT NULL,
  -- What was chosen when the run was sent: source, destination, dialect and columns.
  plan        TEXT NOT NULL,
  state       TEXT NOT NULL,
  problem     TEXT,
  retry_at    TEXT,
  receipt     TEXT,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE INDEX run_by_state ON run (state, created_at);

CREATE TABLE step (
  run_id     TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  state      TEXT NOT NULL,
  started_at TEXT,
  ms         INTEGER,
  -- What the step has made durable, as JSON; the later steps read it.
  checkpoint TEXT,
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  run_id  TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  at      TEXT NOT NULL,
  level   TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- Blocks the storage has acknowledged. A cache: the server's own list is the truth.
CREATE TABLE block (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  idx    INTEGER NOT NULL,
  id     TEXT NOT NULL,
  bytes  INTEGER NOT NULL,
  PRIMARY KEY (run_id, idx, id)
) STRICT, WITHOUT ROWID;
