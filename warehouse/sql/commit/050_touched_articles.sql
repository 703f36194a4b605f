-- Articles to write anew: those the changed documents belong to, and those they belonged to before. existed: whether
-- the lake has rows of it that must be hidden.
CREATE TEMP TABLE touched_articles AS
WITH before AS (
    SELECT DISTINCT documents.article_id
    FROM documents
    SEMI JOIN changed_documents ON changed_documents.document_id = documents.document_id
),
after AS (
    SELECT
        assigned.article_id,
        min(changed_documents.home) AS home
    FROM assigned
    INNER JOIN changed_documents ON changed_documents.document_id = assigned.document_id
    GROUP BY assigned.article_id
),
there AS (
    SELECT DISTINCT documents.article_id
    FROM documents
    SEMI JOIN after ON after.article_id = documents.article_id
)
SELECT
    coalesce(after.article_id, before.article_id) AS article_id,
    coalesce(after.home, 1) AS home,
    before.article_id IS NOT NULL OR there.article_id IS NOT NULL AS existed
FROM after
FULL OUTER JOIN before ON before.article_id = after.article_id
LEFT JOIN there ON there.article_id = after.article_id
