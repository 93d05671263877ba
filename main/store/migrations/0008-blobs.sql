-- Where the blob of a run is now, as JSON; NULL: where the run has sent it.
ALTER TABLE run ADD COLUMN blob_now TEXT;
