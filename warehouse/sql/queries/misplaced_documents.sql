-- Documents that do not stand where a recount puts them; recounted_clusters: the articles of those told of by
-- several.
WITH placed AS (
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
        AND (deleted.version IS NULL OR deleted.version < documents.version) AS expected_current
    FROM documents
    LEFT JOIN recounted_clusters AS clusters ON clusters.document_id = documents.document_id
    LEFT JOIN (
        SELECT
            deletions.document_id,
            max(deletions.version) AS version
        FROM deletions
        GROUP BY deletions.document_id
    ) AS deleted ON deleted.document_id = documents.document_id
)
SELECT placed.*
FROM placed
WHERE
    placed.is_current IS DISTINCT FROM placed.expected_current
    OR (placed.expected_current AND placed.article_id <> placed.expected_article_id)
ORDER BY placed.document_id ASC, placed.version ASC
