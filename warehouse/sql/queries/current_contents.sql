-- One row per document that exists: its current content. The view of a commit has the same name and columns.
CREATE TEMP VIEW current_contents AS
SELECT
    documents.document_id,
    documents.digest,
    documents.pmid
FROM documents
WHERE documents.is_current
