CREATE VIEW links AS
WITH stated AS (
    SELECT
        article_keys.article_id,
        unnest(documents.relations) AS relation
    FROM documents
    INNER JOIN article_keys
        ON
            article_keys.article_id = documents.article_id
            AND article_keys.document_id = documents.document_id
            AND article_keys.version = documents.version
),
document_articles AS (
    SELECT DISTINCT
        documents.document_id,
        documents.article_id
    FROM documents
)
SELECT
    stated.article_id,
    document_articles.article_id AS related_id,
    stated.relation.document_id AS related_document_id,
    stated.relation.kind AS kind,
    stated.relation.citation AS citation
FROM stated
LEFT JOIN document_articles ON document_articles.document_id = stated.relation.document_id
