-- Documents that count by another content than before, and not by one that a payload brings.
INSERT INTO to_be_read
SELECT next_contents.document_id
FROM next_contents
ANTI JOIN documents
    ON
        documents.document_id = next_contents.document_id
        AND documents.digest = next_contents.digest
        AND documents.is_current
WHERE next_contents.is_current
