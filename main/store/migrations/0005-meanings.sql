-- What a file is to the rows that are in the table: "replace" was the whole table each time.
UPDATE run SET plan = json_remove(json_set(plan, '$.destination.warehouse.meaning', json_object(
    'kind', iif(json_extract(plan, '$.destination.warehouse.mode') = 'replace', 'snapshot', 'append'))),
  '$.destination.warehouse.mode')
WHERE json_valid(plan) AND json_type(plan, '$.destination.warehouse') = 'object';

UPDATE dataset SET definition = json_remove(json_set(definition, '$.destination.warehouse.meaning', json_object(
    'kind', iif(json_extract(definition, '$.destination.warehouse.mode') = 'replace', 'snapshot', 'append'))),
  '$.destination.warehouse.mode')
WHERE json_valid(definition) AND json_type(definition, '$.destination.warehouse') = 'object';

-- Rows that went out were not counted then; those that were only added took out none.
UPDATE run SET receipt = json_remove(json_set(receipt,
    '$.load.meaning', json_object(
      'kind', iif(json_extract(receipt, '$.load.mode') = 'replace', 'snapshot', 'append')),
    '$.load.removed', iif(json_extract(receipt, '$.load.mode') = 'replace', NULL, 0),
    '$.load.corrects', NULL),
  '$.load.mode')
WHERE json_valid(receipt) AND json_type(receipt, '$.load') = 'object';
