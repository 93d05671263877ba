-- What a run was asked about its file, and what was answered, as JSON.
ALTER TABLE run ADD COLUMN decisions TEXT;
