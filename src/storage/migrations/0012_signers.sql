-- Who signs a PDF may be remembered by an isolate as long as the revision stays: a new certificate of an issuing key raises it.
CREATE TRIGGER revision_issuing_certificates_insert AFTER INSERT ON issuing_certificates BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_issuing_certificates_update AFTER UPDATE ON issuing_certificates BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_issuing_certificates_delete AFTER DELETE ON issuing_certificates BEGIN UPDATE revision SET n = n + 1; END;
