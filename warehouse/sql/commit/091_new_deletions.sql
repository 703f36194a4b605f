-- The rows to append to `deletions`.
SELECT
    incoming_deletions.document_id,
    incoming_deletions.version,
    incoming_deletions.raw_file
FROM incoming_deletions
ORDER BY incoming_deletions.document_id ASC, incoming_deletions.version ASC
