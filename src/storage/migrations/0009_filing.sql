-- One open application, and one open request of a device, for each who asks: two at once leave one.
CREATE UNIQUE INDEX cases_open ON cases (kind, owner) WHERE kind IN ('application', 'device') AND state IN ('submitted', 'returned', 'requested', 'endorsed');
