-- What bounds guessing and bulk checks. Nothing here names a person: document numbers and names stand only as keyed digests.

-- Wrong second factors in the running hour (README: limits). Old windows are swept by the cron.
CREATE TABLE wrong_factors (
  subject TEXT NOT NULL,                 -- number:<certificate number>, id:<keyed digest>, pair:<keyed digest of number and name>
  hour INTEGER NOT NULL,                 -- when the window began
  wrong INTEGER NOT NULL,
  PRIMARY KEY (subject, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX wrong_factors_by_age ON wrong_factors (hour);

-- Keys that a centre gives to employers for long lists. The key itself is shown once and kept only as its digest.
CREATE TABLE bulk_keys (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,           -- SHA-256 of the key, base64url: a key has 256 random bits, nothing is gained by more
  name TEXT NOT NULL,                    -- of the employer
  issued_by TEXT NOT NULL,               -- centre:3701
  quota_per_day INTEGER NOT NULL,
  expires_on TEXT NOT NULL,              -- the last day on which it works, in Shanghai
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_keys_by_issuer ON bulk_keys (issued_by, created_at);

-- Rows that a key asked for, by Shanghai day.
CREATE TABLE bulk_usage (
  key TEXT NOT NULL REFERENCES bulk_keys (id),
  day TEXT NOT NULL,
  rows INTEGER NOT NULL,
  PRIMARY KEY (key, day)
) STRICT, WITHOUT ROWID;
