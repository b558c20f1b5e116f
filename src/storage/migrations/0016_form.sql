-- The form of the certificates' signed payload (life/credential-form.ts), fixed with the numbers: what was numbered before
-- this is of form 1, also where it is signed only now.
ALTER TABLE orders ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
