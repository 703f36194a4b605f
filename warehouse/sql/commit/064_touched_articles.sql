-- Articles to write anew: those that changed or moved documents belong to, and those they belonged to before.
-- home: the portion it is written with. existed: whether the lake has rows of it that must be hidden.
CREATE TEMP TABLE touched_articles AS
WITH placed AS (
    SELECT DISTINCT
        documents.document_id,
        documents.article_id
    FROM documents
    SEMI JOIN scope ON scope.document_id = documents.document_id
),
moving AS (
    SELECT
        changed_documents.document_id,
        changed_documents.home
    FROM changed_documents
    UNION ALL
    SELECT
        assigned.document_id,
        NULL
    FROM assigned
    INNER JOIN placed ON placed.document_id = assigned.document_id AND placed.article_id <> assigned.article_id
    ANTI JOIN changed_documents ON changed_documents.document_id = assigned.document_id
),
before AS (
    SELECT DISTINCT placed.article_id
    FROM placed
    SEMI JOIN moving ON moving.document_id = placed.document_id
),
after AS (
    SELECT
        assigned.article_id,
        min(moving.home) AS home
    FROM assigned
    INNER JOIN moving ON moving.document_id = assigned.document_id
    GROUP BY assigned.article_id
),
there AS (
    SELECT DISTINCT placed.article_id
    FROM placed
)
SELECT
    coalesce(after.article_id, before.article_id) AS article_id,
    coalesce(after.home, 1) AS home,
    there.article_id IS NOT NULL AS existed
FROM after
FULL OUTER JOIN before ON before.article_id = after.article_id
LEFT JOIN there ON there.article_id = coalesce(after.article_id, before.article_id)
