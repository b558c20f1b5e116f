-- States that withdrawals may have changed, waiting to be worked out again (src/withdraw.ts): of certificates with an event that
-- came since an instant, by number from after `after`. A line is there from the withdrawal's own transaction until it is done.
CREATE TABLE mends (id INTEGER PRIMARY KEY, since INTEGER NOT NULL, after TEXT NOT NULL) STRICT;
-- A stored row that is remembered says whether there are any.
CREATE TRIGGER revision_mends_insert AFTER INSERT ON mends BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_mends_delete AFTER DELETE ON mends BEGIN UPDATE revision SET n = n + 1; END;
-- All that there are are worked out once more: withdrawals that came before may have left some behind.
INSERT INTO mends (since, after) SELECT 0, '' WHERE EXISTS (SELECT 1 FROM events);
