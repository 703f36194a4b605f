CREATE MACRO article(id) AS TABLE
SELECT articles.*
FROM articles
WHERE articles.article_id IN (
    SELECT documents.article_id
    FROM documents
    WHERE
        documents.document_id IN (CAST(id AS VARCHAR), 'pubmed:' || CAST(id AS VARCHAR))
        OR documents.article_id = TRY_CAST(id AS BIGINT)
        OR documents.own_article_id = TRY_CAST(id AS BIGINT)
)
