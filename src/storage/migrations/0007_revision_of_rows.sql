-- A certificate's stored row may be remembered by an isolate as long as the revision stays: whatever changes it, by the
-- service or by hand, raises the revision. New certificates do not; a line that takes another's place (REPLACE) does.
CREATE TRIGGER revision_certificates_update AFTER UPDATE ON certificates BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_certificates_delete AFTER DELETE ON certificates BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_certificates_replace BEFORE INSERT ON certificates WHEN EXISTS (SELECT 1 FROM certificates WHERE number = NEW.number) BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_credentials_update AFTER UPDATE ON credentials BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_credentials_delete AFTER DELETE ON credentials BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_credentials_replace BEFORE INSERT ON credentials WHEN EXISTS (SELECT 1 FROM credentials WHERE number = NEW.number) BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_rows_update AFTER UPDATE ON rows BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_rows_delete AFTER DELETE ON rows BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_rows_replace BEFORE INSERT ON rows WHEN EXISTS (SELECT 1 FROM rows WHERE batch = NEW.batch AND position = NEW.position) BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_events_insert AFTER INSERT ON events BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_events_update AFTER UPDATE ON events BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_events_delete AFTER DELETE ON events BEGIN UPDATE revision SET n = n + 1; END;
