-- The register: signed statements, batches of results, numbers, certificates.
-- What is signed is kept as its text; columns beside it are an index and are compared with it when it is read.
-- Rows are never overwritten but for states and leases. Times are NumericDate (seconds).

-- Keys that the service makes, wrapped under MASTER_SECRET (compact JWE).
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,                 -- index-1 (HMAC of persons), rows-1 (AES of rows), service-1 (status lists)
  wrapped TEXT NOT NULL,
  public TEXT,                           -- public JWK of a signing key
  created_at INTEGER NOT NULL
) STRICT;

-- Statements about keys and organizations: centre+jwt, service+jwt, filing+jwt, client+jwt.
CREATE TABLE statements (
  id INTEGER PRIMARY KEY,
  typ TEXT NOT NULL,
  iss TEXT NOT NULL,
  sub TEXT NOT NULL,
  jti TEXT NOT NULL,
  signer TEXT NOT NULL,                  -- kid of the signature: thumbprint of the signing key
  jkt TEXT,                              -- thumbprint of the key that it names
  iat INTEGER NOT NULL,
  exp INTEGER NOT NULL,
  token TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (iss, jti)
) STRICT;
CREATE INDEX statements_by_key ON statements (typ, jkt);
CREATE INDEX statements_by_subject ON statements (typ, sub, iat);

-- Issuing keys of organizations, numbered 1, 2, 3 …; the private half only wrapped.
CREATE TABLE issuing_keys (
  organization TEXT NOT NULL,
  n INTEGER NOT NULL CONSTRAINT keys_exhausted CHECK (n BETWEEN 1 AND 255),
  kid TEXT NOT NULL UNIQUE,              -- did:web:<issuer host at making>:orgs:<code>#<code>-<n>
  public TEXT NOT NULL,
  wrapped TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization, n)
) STRICT;

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  filing INTEGER NOT NULL REFERENCES statements (id),
  count INTEGER NOT NULL,
  root TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('submitted', 'city_approved', 'approved', 'returned', 'issuing', 'issued')),
  created_at INTEGER NOT NULL,
  idempotency_key TEXT,
  body_digest TEXT NOT NULL,
  returned_reason TEXT,
  lease TEXT,                            -- who signs now
  lease_until INTEGER NOT NULL DEFAULT 0,
  UNIQUE (organization, idempotency_key)
) STRICT;
CREATE INDEX batches_unfinished ON batches (lease_until) WHERE state = 'issuing';

-- Rows as uploaded. `facts` is the canonical public part; `sealed` holds disclosures and scores, AES-GCM with
-- batch and position as associated data; `person` is the keyed digest of document type and number.
CREATE TABLE rows (
  batch TEXT NOT NULL REFERENCES batches (id),
  position INTEGER NOT NULL,             -- index of the leaf, from 0
  row INTEGER NOT NULL,                  -- the file's own row number
  level INTEGER NOT NULL,
  occupation_code TEXT NOT NULL,
  job TEXT NOT NULL,
  replaces TEXT,
  person TEXT NOT NULL,
  facts TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (batch, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX rows_replacing ON rows (batch, replaces) WHERE replaces IS NOT NULL;

CREATE TABLE approvals (
  batch TEXT NOT NULL REFERENCES batches (id),
  tier TEXT NOT NULL CHECK (tier IN ('city', 'province')),
  iss TEXT NOT NULL,
  jti TEXT NOT NULL,
  token TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (batch, tier)
) STRICT;

-- One approval is used once and a batch is issued once: both keys abort the whole numbering.
CREATE TABLE orders (
  approval_jti TEXT CONSTRAINT approval_used PRIMARY KEY,
  batch TEXT NOT NULL UNIQUE REFERENCES batches (id),
  approval TEXT NOT NULL,
  order_token TEXT NOT NULL,
  client INTEGER NOT NULL REFERENCES statements (id),
  issued_at INTEGER NOT NULL,
  key_number INTEGER NOT NULL,
  -- 1 when every certificate that the batch replaces was live and of this organization at that moment.
  replaceable INTEGER NOT NULL CONSTRAINT replaced_not_live CHECK (replaceable = 1)
) STRICT;

-- Last serial per organization, year and level (人社鉴发〔2019〕2号: 000001–999999).
CREATE TABLE serials (
  organization TEXT NOT NULL,
  year INTEGER NOT NULL,
  level INTEGER NOT NULL,
  last INTEGER NOT NULL CONSTRAINT serials_exhausted CHECK (last <= 999999),
  PRIMARY KEY (organization, year, level)
) STRICT;

-- Certificates per organization and year against the filed capacity.
CREATE TABLE capacity (
  organization TEXT NOT NULL,
  year INTEGER NOT NULL,
  used INTEGER NOT NULL,
  allowed INTEGER NOT NULL,
  PRIMARY KEY (organization, year),
  CONSTRAINT capacity_exceeded CHECK (used <= allowed)
) STRICT;

CREATE TABLE certificates (
  number TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  year INTEGER NOT NULL,
  level INTEGER NOT NULL,
  serial INTEGER NOT NULL,
  batch TEXT NOT NULL,
  position INTEGER NOT NULL,
  person TEXT NOT NULL,
  occupation_code TEXT NOT NULL,
  job TEXT NOT NULL,
  status_list INTEGER NOT NULL,
  status_index INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'valid' CHECK (state IN ('valid', 'suspended', 'revoked', 'replaced')),
  live INTEGER NOT NULL DEFAULT 1,
  replaced_by TEXT,
  UNIQUE (organization, year, level, serial),
  UNIQUE (batch, position),
  UNIQUE (status_list, status_index)
) STRICT, WITHOUT ROWID;
-- The same living certificate twice for one person, occupation, job and level is an error.
CREATE UNIQUE INDEX certificates_of_person ON certificates (person, occupation_code, job, level) WHERE live = 1;
CREATE INDEX certificates_ended ON certificates (status_list, state) WHERE state <> 'valid';
CREATE INDEX certificates_by_person ON certificates (person);

-- Signatures, written once: the first stored wins.
CREATE TABLE credentials (
  number TEXT PRIMARY KEY REFERENCES certificates (number),
  credential TEXT NOT NULL,
  seal TEXT NOT NULL,
  path TEXT NOT NULL                     -- inclusion path, base64url hashes joined by '.'
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  number TEXT NOT NULL,
  seq INTEGER NOT NULL,
  token TEXT NOT NULL,
  client INTEGER REFERENCES statements (id),
  received_at INTEGER NOT NULL,
  PRIMARY KEY (number, seq)
) STRICT, WITHOUT ROWID;

-- DPoP proofs seen in the last ten minutes.
CREATE TABLE proofs (
  jkt TEXT NOT NULL,
  jti TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (jkt, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX proofs_by_age ON proofs (seen_at);

-- Who fetched a certificate, shown to the holder.
CREATE TABLE downloads (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX downloads_by_number ON downloads (number, at);

-- What certificates of a batch share (statements, order, root) may be remembered by an isolate as long as this
-- number stays: every edit of it, by the service or by hand, raises the number, and a look-up reads it each time.
CREATE TABLE revision (n INTEGER NOT NULL) STRICT;
INSERT INTO revision (n) VALUES (1);
CREATE TRIGGER revision_statements_insert AFTER INSERT ON statements BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_statements_update AFTER UPDATE ON statements BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_statements_delete AFTER DELETE ON statements BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_orders_update AFTER UPDATE ON orders BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_orders_delete AFTER DELETE ON orders BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_batches_update AFTER UPDATE OF id, organization, filing, count, root ON batches BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_batches_delete AFTER DELETE ON batches BEGIN UPDATE revision SET n = n + 1; END;
