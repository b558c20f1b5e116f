-- What a transaction stands on (src/storage/guards.ts): a condition that does not hold at the moment of the write aborts all of
-- it, and the message says which one. Nothing is stored here: the view is there to be inserted into.
CREATE VIEW guards AS SELECT '' AS code, 1 AS holds;
CREATE TRIGGER guards_hold INSTEAD OF INSERT ON guards WHEN NEW.holds IS NOT 1 BEGIN SELECT RAISE(ABORT, 'guard failed: ' || NEW.code); END;
