-- What is taken out of the API of a shop system, for a dataset, which may have had no file yet.
CREATE TABLE extract (
  dataset    TEXT PRIMARY KEY,
  -- As JSON; see shared/domain/extract.ts.
  definition TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER extract_of_renamed AFTER UPDATE OF name ON dataset
BEGIN
  UPDATE extract SET dataset = NEW.name WHERE dataset = OLD.name;
END;
