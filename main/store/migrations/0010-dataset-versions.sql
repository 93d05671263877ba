-- How a dataset's files were read, cleaned and judged at a time, by whom it was changed to that, and why.
CREATE TABLE dataset_version (
  dataset TEXT NOT NULL REFERENCES dataset (name) ON UPDATE CASCADE ON DELETE CASCADE,
  version INTEGER NOT NULL,
  -- Reading, recipe and contract, as JSON; that of before versions were kept has the destination of then with it.
  definition TEXT NOT NULL,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (dataset, version)
) STRICT, WITHOUT ROWID;
INSERT INTO dataset_version
  SELECT name, 1, definition, updated_at, '', 'As it was before Pallet kept versions.', '' FROM dataset;
-- The version of its dataset that the run's rows were cleaned by, or that they taught.
ALTER TABLE run ADD COLUMN version INTEGER;
