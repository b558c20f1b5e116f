-- An organization code (机构编码) belongs to one 统一社会信用代码. The row is written in the transaction that stores a filing;
-- what was filed before gets its row when the code is used next, from its verified filings (src/codes.ts): what they say
-- stands in their signed text alone, where SQL does not read it.
CREATE TABLE organization_codes (
  organization TEXT PRIMARY KEY,         -- S000037000001
  uscc TEXT                              -- null: the province released the code, and nobody has it now
) STRICT, WITHOUT ROWID;
CREATE TRIGGER organization_codes_taken BEFORE INSERT ON organization_codes
WHEN EXISTS (SELECT 1 FROM organization_codes WHERE organization = NEW.organization AND uscc <> NEW.uscc)
BEGIN SELECT RAISE(ABORT, 'code_taken'); END;

-- A code is released only while nothing lies under it, and nothing comes to lie under it afterwards: whoever gets it next
-- would read that.
CREATE TRIGGER batches_of_released BEFORE INSERT ON batches
WHEN EXISTS (SELECT 1 FROM organization_codes WHERE organization = NEW.organization AND uscc IS NULL)
BEGIN SELECT RAISE(ABORT, 'code_released'); END;
CREATE TRIGGER cases_of_released BEFORE INSERT ON cases
WHEN EXISTS (SELECT 1 FROM organization_codes WHERE organization = substr(NEW.owner, 5) AND NEW.owner LIKE 'org:%' AND uscc IS NULL)
BEGIN SELECT RAISE(ABORT, 'code_released'); END;
