-- Objections (异议) are found again by a code that is shown once; kept is its SHA-256, and nothing of a person. An objection
-- comes in while the notice runs or not at all: the check below aborts the whole step of one that an upload overtook.
CREATE TABLE objection_codes (
  code TEXT PRIMARY KEY,                 -- SHA-256, base64url
  about TEXT NOT NULL UNIQUE REFERENCES cases (about),
  running INTEGER NOT NULL CONSTRAINT notice_over CHECK (running = 1)
) STRICT, WITHOUT ROWID;

-- The public list: those that run first, then by their last day.
CREATE INDEX cases_notices ON cases (due) WHERE kind = 'results';
