-- The run to whose delivery a run adds rows that had been held back.
ALTER TABLE run ADD COLUMN completes TEXT GENERATED ALWAYS AS
  (iif(json_valid(plan), json_extract(plan, '$.completes.runId'), NULL)) VIRTUAL;
CREATE INDEX run_completes ON run (completes) WHERE completes IS NOT NULL;
-- What a person has made of the held-back rows of a run, by the record's place in its file.
CREATE TABLE fix (
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  record INTEGER NOT NULL,
  -- A JSON array; NULL: dropped.
  cells TEXT,
  -- Why the row was dropped.
  reason TEXT,
  -- What is still wrong with the cells, as JSON; NULL: they were not checked yet.
  problems TEXT,
  -- The run that has taken it along, and its place in the file of that run, from 1.
  sent_by TEXT,
  sent_as INTEGER,
  PRIMARY KEY (run_id, record)
) WITHOUT ROWID;
