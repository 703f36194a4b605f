-- One row per document that exists after this commit: its current content, changed by the commit or as stored.
CREATE TEMP VIEW current_contents AS
SELECT
    next_contents.document_id,
    next_contents.digest,
    next_contents.pmid
FROM next_contents
WHERE next_contents.is_current
UNION ALL
SELECT
    documents.document_id,
    documents.digest,
    documents.pmid
FROM documents
ANTI JOIN changed_documents ON changed_documents.document_id = documents.document_id
WHERE documents.is_current
