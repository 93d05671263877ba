-- Rows that were fixed together, by the number of that fix, and what a person had made of each before: a row of JSON, or NULL.
ALTER TABLE fix ADD COLUMN together INTEGER;
ALTER TABLE fix ADD COLUMN before TEXT;
