-- Document versions whose article or is_current differs from what a recount expects. `recounted_clusters` has the
-- article of every document that may share it with another.
WITH expected_documents AS (
    SELECT
        documents.document_id,
        documents.version,
        documents.article_id,
        documents.is_current,
        coalesce(clusters.article_id, documents.pmid, documents.own_article_id) AS expected_article_id,
        row_number() OVER (
            PARTITION BY documents.document_id
            ORDER BY documents.version DESC, documents.digest DESC
        ) = 1
        AND (latest_deletions.version IS NULL OR latest_deletions.version < documents.version) AS expected_current
    FROM documents
    LEFT JOIN recounted_clusters AS clusters ON clusters.document_id = documents.document_id
    LEFT JOIN (
        SELECT
            deletions.document_id,
            max(deletions.version) AS version
        FROM deletions
        GROUP BY deletions.document_id
    ) AS latest_deletions ON latest_deletions.document_id = documents.document_id
)
SELECT expected_documents.*
FROM expected_documents
WHERE
    expected_documents.is_current IS DISTINCT FROM expected_documents.expected_current
    OR (expected_documents.expected_current AND expected_documents.article_id <> expected_documents.expected_article_id)
ORDER BY expected_documents.document_id ASC, expected_documents.version ASC
