-- As changed_documents, for an undo: every document with a record or deletion in the batch $withdrawn (NULL: none),
-- in portions of $size documents. With $size = 2, the documents a, b, c get the portions 1, 1, 2.
CREATE TEMP TABLE changed_documents AS
WITH documents_of_batch AS (
    SELECT sightings.document_id FROM sightings
    WHERE sightings.batch = $withdrawn
    UNION
    SELECT deletions.document_id FROM deletions
    WHERE deletions.batch = $withdrawn
)
SELECT
    documents_of_batch.document_id,
    (1 + (row_number() OVER (ORDER BY documents_of_batch.document_id ASC) - 1) // $size)::INTEGER AS portion
FROM documents_of_batch
