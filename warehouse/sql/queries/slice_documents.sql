-- The current documents of a range of articles: the latest version of each record that no later deletion removes.
SELECT documents.* EXCLUDE (batch)
FROM documents
ANTI JOIN (
    SELECT
        deletions.document_id,
        max(deletions.version) AS version
    FROM deletions
    GROUP BY deletions.document_id
) AS latest_deletions
    ON latest_deletions.document_id = documents.document_id AND latest_deletions.version >= documents.version
WHERE documents.article_id BETWEEN $first AND $last
QUALIFY
    row_number() OVER (
        PARTITION BY documents.document_id
        ORDER BY documents.version DESC, documents.digest DESC
    ) = 1
ORDER BY documents.document_id ASC
