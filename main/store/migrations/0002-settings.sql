-- What is set for this home, as JSON by name.
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What an upload to each connection last carried, to foresee how long the next one takes.
CREATE TABLE line (
  connection       TEXT PRIMARY KEY,
  bytes_per_second INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
