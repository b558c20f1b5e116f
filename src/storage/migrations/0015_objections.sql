-- What keeps results undecided (异议): objections that are open, or were upheld and nothing was corrected since. They follow the
-- plan: also those raised against results of the same plan that were published earlier and withdrawn.
CREATE VIEW blocking_objections AS
SELECT results.about AS results, objection.about AS objection, objection.state AS state
FROM cases AS results
JOIN cases AS published ON published.parent = results.parent AND published.kind = 'results'
JOIN cases AS objection ON objection.parent = published.about AND objection.kind = 'objection'
WHERE results.kind = 'results' AND (objection.state = 'open' OR (objection.state = 'upheld' AND objection.updated_at > (
  SELECT max(steps.received_at) FROM steps WHERE steps.about = results.about AND steps.step IN ('results.publish', 'results.correct'))));

-- A centre may open an objection again at any moment: upload, approval and numbering look in their own transaction.
CREATE TRIGGER results_undecided BEFORE UPDATE OF state ON cases
WHEN NEW.kind = 'results' AND NEW.state = 'uploaded' AND EXISTS (SELECT 1 FROM blocking_objections WHERE results = NEW.about)
BEGIN SELECT RAISE(ABORT, 'objection_open'); END;
CREATE TRIGGER approvals_undecided BEFORE INSERT ON approvals
WHEN EXISTS (SELECT 1 FROM batches JOIN blocking_objections ON blocking_objections.results = batches.results WHERE batches.id = NEW.batch)
BEGIN SELECT RAISE(ABORT, 'objection_open'); END;
CREATE TRIGGER orders_undecided BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM batches JOIN blocking_objections ON blocking_objections.results = batches.results WHERE batches.id = NEW.batch)
BEGIN SELECT RAISE(ABORT, 'objection_open'); END;
