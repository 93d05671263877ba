-- Topics that are landed batch after batch while Pallet is open.
CREATE TABLE stream (
  id            INTEGER PRIMARY KEY,
  connection    TEXT NOT NULL,
  topic         TEXT NOT NULL,
  dataset       TEXT NOT NULL,
  -- What a person chose of where it goes, as JSON.
  destination   TEXT NOT NULL,
  offsets       INTEGER NOT NULL,
  every_seconds INTEGER NOT NULL,
  start         TEXT NOT NULL,
  created_at    TEXT NOT NULL,
  is_stopped    INTEGER NOT NULL DEFAULT 0,
  -- Its last batch; NULL: there was none, or it was discarded.
  run           TEXT REFERENCES run (id) ON DELETE SET NULL,
  -- What is the matter with it, as JSON; NULL: nothing.
  trouble       TEXT,
  UNIQUE (connection, topic, dataset)
) STRICT;
CREATE INDEX stream_by_run ON stream (run);
