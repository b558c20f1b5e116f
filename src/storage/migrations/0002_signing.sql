-- X.509 certificates of issuing keys, by which their signatures on PDFs are checked (the province's own, or of an
-- authority that a deployer chose). Never overwritten: of those that are valid, the newest counts.
CREATE TABLE issuing_certificates (
  id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL,
  n INTEGER NOT NULL,
  chain TEXT NOT NULL,                   -- PEM, the key's own first, without the root
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  handed_in_by TEXT NOT NULL,            -- centre:3701
  received_at INTEGER NOT NULL,
  FOREIGN KEY (organization, n) REFERENCES issuing_keys (organization, n)
) STRICT;
CREATE INDEX issuing_certificates_by_key ON issuing_certificates (organization, n);
