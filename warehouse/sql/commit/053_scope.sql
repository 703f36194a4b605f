-- Documents whose article is looked at: those that changed or are to be reconsidered, and soon all that hang on them.
CREATE TEMP TABLE scope AS
SELECT changed_documents.document_id
FROM changed_documents
UNION
SELECT reconsidered.document_id
FROM reconsidered
