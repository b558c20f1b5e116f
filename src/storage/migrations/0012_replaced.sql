-- 1 when the events of the certificates that the batch replaces were the ones that the gate had judged.
ALTER TABLE orders ADD COLUMN judged INTEGER NOT NULL DEFAULT 1 CONSTRAINT replaced_changed CHECK (judged = 1);
