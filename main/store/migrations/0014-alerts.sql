-- Who is told of what needs a person.
CREATE TABLE alert (
  connection TEXT PRIMARY KEY,
  -- Of what, as JSON: a list of failed, stopped, waiting, late and folder.
  kinds      TEXT NOT NULL,
  -- When nothing is sent, as JSON; NULL: it may be sent at any time.
  quiet      TEXT,
  -- Runs that had ended by then are not told of.
  created_at TEXT NOT NULL,
  -- Attempts in a row that have failed, when the next one is, and why, as JSON.
  failures   INTEGER NOT NULL DEFAULT 0,
  retry_at   TEXT,
  trouble    TEXT
) STRICT;

-- What there is to tell of, and whether it was told; gone when it is over.
CREATE TABLE alerted (
  connection TEXT NOT NULL REFERENCES alert (connection) ON DELETE CASCADE,
  thing      TEXT NOT NULL,
  seen_at    TEXT NOT NULL,
  -- NULL: not yet.
  told_at    TEXT,
  PRIMARY KEY (connection, thing)
) STRICT, WITHOUT ROWID;
