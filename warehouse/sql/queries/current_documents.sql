-- The ids of all documents with a current content.
SELECT current_contents.document_id
FROM current_contents
ORDER BY current_contents.document_id ASC
