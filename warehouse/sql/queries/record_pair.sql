-- The current versions of two documents.
SELECT documents.*
FROM documents
WHERE documents.is_current AND documents.document_id IN ($document_a, $document_b)
ORDER BY documents.document_id ASC
