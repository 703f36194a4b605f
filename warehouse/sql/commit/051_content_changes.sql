-- One row per document whose current content this commit changes; only the pairs of these can be decided otherwise.
--
--     former_digest  next_digest
--     NULL           b            new, or back after a deletion
--     a              b            revised
--     a              NULL         deleted
CREATE TEMP TABLE content_changes AS
WITH former_contents AS (
    SELECT DISTINCT
        documents.document_id,
        documents.digest
    FROM documents
    SEMI JOIN changed_documents ON changed_documents.document_id = documents.document_id
    WHERE documents.is_current
),
new_contents AS (
    SELECT
        next_contents.document_id,
        next_contents.digest
    FROM next_contents
    WHERE next_contents.is_current
)
SELECT
    coalesce(new_contents.document_id, former_contents.document_id) AS document_id,
    former_contents.digest AS former_digest,
    new_contents.digest AS next_digest
FROM new_contents
FULL OUTER JOIN former_contents ON former_contents.document_id = new_contents.document_id
WHERE former_contents.digest IS DISTINCT FROM new_contents.digest
