-- The procedure around the certificates: cases (applications, plans, results, objections, inspections …) and their steps.
-- Steps are signed and only ever added. A case's line is an index over them: its state can be computed again from the steps.

CREATE TABLE cases (
  about TEXT PRIMARY KEY,                -- plan:p0123…
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  seq INTEGER NOT NULL,                  -- of the last step
  last TEXT NOT NULL,                    -- digest of its payload
  owner TEXT NOT NULL,                   -- who began it: org:…, centre:…, key:…, the service's origin
  organization TEXT,                     -- whose case it is; null for a body that is not filed, and for draws
  centre TEXT NOT NULL,                  -- who is responsible: centre:3701
  parent TEXT,                           -- results → plan, objection → results
  facts TEXT NOT NULL,                   -- JSON for lists; nothing of a person stands here
  due TEXT,                              -- a day that matters for lists: first exam, last day of the notice
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_of_organization ON cases (organization, kind, updated_at);
CREATE INDEX cases_of_centre ON cases (centre, kind, updated_at);
CREATE INDEX cases_of_kind ON cases (kind, state, updated_at);
CREATE INDEX cases_of_owner ON cases (owner, kind);
CREATE INDEX cases_of_parent ON cases (parent, kind) WHERE parent IS NOT NULL;

-- Bodies hold names, document numbers and contact data: compressed, then AES-GCM with case and number as associated data.
CREATE TABLE steps (
  about TEXT NOT NULL REFERENCES cases (about),
  seq INTEGER NOT NULL,
  step TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('applicant', 'organization', 'city', 'province', 'service')),
  iss TEXT NOT NULL,
  token TEXT NOT NULL,
  sealed TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (about, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER steps_stay_update BEFORE UPDATE ON steps BEGIN SELECT RAISE(ABORT, 'steps_stay'); END;
CREATE TRIGGER steps_stay_delete BEFORE DELETE ON steps BEGIN SELECT RAISE(ABORT, 'steps_stay'); END;

-- Attached files lie encrypted in R2 under files/<owner>/<sha256>; those that no step names within a day are swept.
CREATE TABLE attachments (
  owner TEXT NOT NULL,                   -- org:…, centre:…, key:…
  sha256 TEXT NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  about TEXT,                            -- the case that named it first
  created_at INTEGER NOT NULL,
  PRIMARY KEY (owner, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_unused ON attachments (created_at) WHERE about IS NULL;

-- The results that a batch was made of (公示 → 上传); none for batches that came by themselves.
ALTER TABLE batches ADD COLUMN results TEXT;
CREATE UNIQUE INDEX batches_of_results ON batches (results) WHERE results IS NOT NULL AND state <> 'returned';
