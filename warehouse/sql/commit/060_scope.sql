-- Documents whose article is looked at: those that changed, are to be reconsidered or are judged otherwise than before,
-- and soon all that hang on them.
CREATE TEMP TABLE scope AS
SELECT changed_documents.document_id
FROM changed_documents
UNION
SELECT reconsidered.document_id
FROM reconsidered
UNION
SELECT unnest([new_decisions.document_a, new_decisions.document_b])
FROM new_decisions
