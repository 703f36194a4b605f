-- The content that counts of every document.
CREATE TEMP VIEW current_contents AS
SELECT
    documents.document_id,
    documents.digest,
    documents.pmid
FROM documents
WHERE documents.is_current
