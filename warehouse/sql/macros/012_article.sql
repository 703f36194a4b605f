CREATE MACRO article(id) AS TABLE
SELECT articles.*
FROM articles
WHERE articles.article_id IN (
    SELECT documents.article_id
    FROM documents
    WHERE
        documents.document_id = CAST(id AS VARCHAR)
        OR documents.document_id = 'pubmed:' || CAST(id AS VARCHAR)
        OR documents.article_id = TRY_CAST(id AS BIGINT)
)
