-- The documents whose article is determined again, to begin with: those that changed, that a verdict or an undo
-- names, and those of new decisions. expand_scope adds what is connected to them.
CREATE TEMP TABLE scope AS
SELECT changed_documents.document_id
FROM changed_documents
UNION
SELECT documents_to_recluster.document_id
FROM documents_to_recluster
UNION
SELECT unnest([new_decisions.document_a, new_decisions.document_b])
FROM new_decisions
