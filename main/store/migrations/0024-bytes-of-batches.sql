-- Of the keys and values of a batch of a stream, at most; NULL: any.
ALTER TABLE stream ADD COLUMN bytes INTEGER;
