-- Held-back records that are being written to their topic once more. While one of a run stands here, it is not known how many of its
-- records the topic has; what is known of it is marked at the records, and it goes.
CREATE TABLE redrive (
  -- Said with each message, so that it is known again.
  id        TEXT PRIMARY KEY,
  run       TEXT NOT NULL UNIQUE REFERENCES run (id) ON DELETE CASCADE,
  -- The held-back records in the order in which they are sent, each with its partition, as JSON.
  records   TEXT NOT NULL,
  -- What was acknowledged, by partition, as JSON; NULL: nothing was sent.
  published TEXT
) STRICT;
