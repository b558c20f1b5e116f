-- Wrong entries are counted for an hour, a day or 30 days: each row says itself until when it counts. Subjects (src/factors.ts):
-- number:<certificate number>, and under keyed digests id: a document number, pair: number and name, part: a name or a
-- number with what may be known of a document number, sender: a network, alone and with a name.
ALTER TABLE wrong_factors ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
UPDATE wrong_factors SET until = hour + 3600;
DROP INDEX wrong_factors_by_age;
CREATE INDEX wrong_factors_by_end ON wrong_factors (until);
