-- Whether the warehouse that cleaned the rows of a run may still have tables of it that nobody needs.
ALTER TABLE run ADD COLUMN left_there INTEGER NOT NULL DEFAULT 0;
