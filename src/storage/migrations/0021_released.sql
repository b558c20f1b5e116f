-- A code that was released begins anew: what was filed and made under it before belongs to nobody. `last_statement` is the
-- newest statement and `last_key` the newest issuing key of the organization at that moment.
ALTER TABLE organization_codes ADD COLUMN last_statement INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organization_codes ADD COLUMN last_key INTEGER NOT NULL DEFAULT 0;
UPDATE organization_codes SET last_statement = (SELECT coalesce(max(id), 0) FROM statements),
  last_key = (SELECT coalesce(max(n), 0) FROM issuing_keys k WHERE k.organization = organization_codes.organization)
WHERE uscc IS NULL;

-- Issuing keys that may still be named and certified: those of a body before are not, and numbers go on after them.
CREATE VIEW own_issuing_keys AS SELECT k.organization, k.n, k.kid, k.public FROM issuing_keys k
LEFT JOIN organization_codes c ON c.organization = k.organization WHERE k.n > coalesce(c.last_key, 0);

-- A request of a device lies under no code that was released, nor does a step bring it back there.
CREATE TRIGGER devices_of_released BEFORE INSERT ON cases
WHEN NEW.kind = 'device' AND EXISTS (SELECT 1 FROM organization_codes WHERE organization = NEW.organization AND uscc IS NULL)
BEGIN SELECT RAISE(ABORT, 'code_released'); END;
CREATE TRIGGER devices_let_go BEFORE UPDATE OF organization ON cases
WHEN NEW.kind = 'device' AND OLD.organization IS NULL AND NEW.organization IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'code_released'); END;
