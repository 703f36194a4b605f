-- The article of every document in scope.
CREATE TEMP TABLE assigned AS
WITH standing AS (
    SELECT
        documents.document_id,
        documents.own_article_id
    FROM documents
    SEMI JOIN scope ON scope.document_id = documents.document_id
    ANTI JOIN changed_documents ON changed_documents.document_id = documents.document_id
    QUALIFY
        row_number() OVER (
            PARTITION BY documents.document_id
            ORDER BY documents.version DESC, documents.digest DESC
        ) = 1
),
alone AS (
    SELECT
        next_own_ids.document_id,
        next_own_ids.own_article_id
    FROM next_own_ids
    UNION ALL
    SELECT
        standing.document_id,
        standing.own_article_id
    FROM standing
)
SELECT
    alone.document_id,
    coalesce(clusters.article_id, alone.own_article_id) AS article_id
FROM alone
LEFT JOIN clusters ON clusters.document_id = alone.document_id
