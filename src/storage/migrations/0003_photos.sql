-- Photos of candidates lie in R2, many to an object: photos/<batch>/<pack>, each photo encrypted by itself (AES-GCM, with
-- batch and digest as associated data). Here stands which objects there are, and where each row's photo lies.
-- The digest stands only in the row's sealed disclosures.

-- An object is written after its line here, so that none is ever forgotten: pending until its batch is stored, kept
-- with it, doomed when the batch never came to be and the object may be deleted at any moment.
CREATE TABLE photo_packs (
  batch TEXT NOT NULL,                   -- not a reference: the batch comes later, or never
  pack INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'kept', 'doomed')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (batch, pack)
) STRICT;
CREATE INDEX photo_packs_open ON photo_packs (state, created_at) WHERE state <> 'kept';

-- Rows of one person share a photo, and so a place.
CREATE TABLE photos (
  batch TEXT NOT NULL,
  position INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  offset INTEGER NOT NULL CHECK (offset >= 0), -- of the ciphertext within the object, in bytes
  length INTEGER NOT NULL CHECK (length > 0),
  PRIMARY KEY (batch, position),
  FOREIGN KEY (batch, position) REFERENCES rows (batch, position),
  FOREIGN KEY (batch, pack) REFERENCES photo_packs (batch, pack)
) STRICT, WITHOUT ROWID;
