-- What keys that nobody has named leave here is bounded by network and in all. The sender is a keyed digest of network and
-- day: it names nobody and links no two days. Swept by the cron.
CREATE TABLE stranger_senders (
  sender TEXT NOT NULL,
  day TEXT NOT NULL,                     -- in Shanghai
  steps INTEGER NOT NULL,                -- applications, their amendments, requests of devices
  bytes INTEGER NOT NULL,                -- of attached files
  PRIMARY KEY (sender, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX stranger_senders_by_day ON stranger_senders (day);

-- `about` of an attachment: null while no step names it; '-' once it is to be deleted, object first, then line.
DROP INDEX attachments_unused;
CREATE INDEX attachments_unnamed ON attachments (created_at, owner, size) WHERE about IS NULL;
CREATE INDEX attachments_leaving ON attachments (owner) WHERE about = '-';
