-- Words of people that lay here in plain text are sealed from now on. What lies here already is named in this list, and the
-- next sweep seals it (src/unsealed.ts), because SQL holds no key; until then it is read as it is. New rows never enter it.
CREATE TABLE unsealed (
  kind TEXT NOT NULL,                    -- application, plan, bulk_key, batch
  id TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- An employer can be a person. `name` is empty where `sealed_name` holds it: AES-GCM, with the key's id as associated data.
ALTER TABLE bulk_keys ADD COLUMN sealed_name TEXT;
INSERT INTO unsealed SELECT 'bulk_key', id FROM bulk_keys;
-- What an applicant is called, and a plan before its results are published: in facts, `sealed` holds them.
INSERT INTO unsealed SELECT kind, about FROM cases WHERE kind = 'plan' OR kind = 'application' AND state <> 'selected';
-- Idempotency-Keys are chosen by callers, who put names of files into them: a keyed digest tells them again as well.
INSERT INTO unsealed SELECT 'batch', id FROM batches WHERE idempotency_key IS NOT NULL;
