-- How often one network objected to one notice on one day, so that no single one fills what a notice takes. The sender is a
-- keyed digest of network and notice: it names nobody, and one network has another digest at each notice. Swept by the cron.
CREATE TABLE objection_senders (
  sender TEXT NOT NULL,
  day TEXT NOT NULL,                     -- in Shanghai
  n INTEGER NOT NULL,
  PRIMARY KEY (sender, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX objection_senders_by_day ON objection_senders (day);
