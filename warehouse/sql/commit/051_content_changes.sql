-- Documents whose content that counts is another after this commit. NULL: none did before, or none does from now on.
CREATE TEMP TABLE content_changes AS
WITH former AS (
    SELECT DISTINCT
        documents.document_id,
        documents.digest
    FROM documents
    SEMI JOIN changed_documents ON changed_documents.document_id = documents.document_id
    WHERE documents.is_current
),
next AS (
    SELECT
        next_contents.document_id,
        next_contents.digest
    FROM next_contents
    WHERE next_contents.is_current
)
SELECT
    coalesce(next.document_id, former.document_id) AS document_id,
    former.digest AS former_digest,
    next.digest AS next_digest
FROM next
FULL OUTER JOIN former ON former.document_id = next.document_id
WHERE former.digest IS DISTINCT FROM next.digest
