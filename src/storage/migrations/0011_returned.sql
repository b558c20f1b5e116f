-- Why a batch was returned are somebody's own words: sealed, with the batch as associated data. What lies in `returned_reason`
-- from before is sealed by the next sweep (src/unsealed.ts) and then null; until then it is read as it is.
ALTER TABLE batches ADD COLUMN returned_sealed TEXT;
CREATE INDEX batches_unsealed ON batches (id) WHERE returned_reason IS NOT NULL;
