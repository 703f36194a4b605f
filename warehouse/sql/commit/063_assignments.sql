-- One row per document in scope: the article it belongs to after this commit, by its cluster, else on its own.
CREATE TEMP TABLE assignments AS
WITH unchanged_own_ids AS (
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
own_ids AS (
    SELECT
        next_own_ids.document_id,
        next_own_ids.own_article_id
    FROM next_own_ids
    UNION ALL
    SELECT
        unchanged_own_ids.document_id,
        unchanged_own_ids.own_article_id
    FROM unchanged_own_ids
)
SELECT
    own_ids.document_id,
    coalesce(clusters.article_id, own_ids.own_article_id) AS article_id
FROM own_ids
LEFT JOIN clusters ON clusters.document_id = own_ids.document_id
