-- The template of the printed certificates: that of the day of the upload, for ever.
ALTER TABLE batches ADD COLUMN template TEXT NOT NULL DEFAULT 'v1';
CREATE TRIGGER revision_batches_template AFTER UPDATE OF template ON batches BEGIN UPDATE revision SET n = n + 1; END;
