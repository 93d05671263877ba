-- What people have done, each entry bound to the one before by its hash.
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  who     TEXT NOT NULL,
  act     TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- The code of the problem for which it was not done; NULL: it was begun.
  refused TEXT,
  hash    TEXT NOT NULL
) STRICT;

-- No slip of Pallet itself changes what is written; the hashes show what others do to the file.
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries stay as they are'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are kept'); END;
