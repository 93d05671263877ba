-- A run can go to a blob, to a table and to those who are told, and each may be absent. A row that is not JSON
-- stays as it is and is shown as one that cannot be read.
UPDATE run SET plan = json_set(plan, '$.destination', json_object(
  'blob', json_object(
    'connection', json_extract(plan, '$.destination.connection'),
    'container', json_extract(plan, '$.destination.container'),
    'name', json_extract(plan, '$.destination.blob'),
    'format', json_extract(plan, '$.destination.format')),
  'warehouse', json_object(
    'connection', 'sandbox',
    'table', json_extract(plan, '$.destination.table'),
    'mode', json_extract(plan, '$.destination.mode')),
  'triggers', json_array()))
WHERE json_valid(plan);

UPDATE dataset SET definition = json_set(definition, '$.destination', json_object(
  'blob', json_object(
    'connection', json_extract(definition, '$.destination.connection'),
    'container', json_extract(definition, '$.destination.container'),
    'format', json_extract(definition, '$.destination.format')),
  'warehouse', json_object(
    'connection', 'sandbox',
    'table', json_extract(definition, '$.destination.table'),
    'mode', json_extract(definition, '$.destination.mode')),
  'triggers', json_array()))
WHERE json_valid(definition) AND json_type(definition, '$.destination') = 'object';

-- A problem names the connection it concerns. Those that waited before were all refused by their storage.
UPDATE run SET problem = json_set(problem,
  '$.connection', json_extract(plan, '$.destination.blob.connection'),
  '$.place', json_extract(plan, '$.destination.blob.container'))
WHERE state = 'waiting' AND json_valid(problem) AND json_valid(plan)
  AND EXISTS (SELECT 1 FROM step WHERE run_id = run.id AND name = 'clean' AND state = 'done');

-- While a run rests: what for, in words.
ALTER TABLE run ADD COLUMN waiting_for TEXT;
-- How often in a row the process has ended in this step, with nothing durable done in between.
ALTER TABLE step ADD COLUMN cut_offs INTEGER NOT NULL DEFAULT 0;
