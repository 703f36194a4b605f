-- One row per article to write again: those that changed or moved documents belong to now, and those they leave.
-- `portion` is the portion it is written in; `existed` says whether the lake has rows of it, which must be hidden.
--
--     document c moves from article 5 to article 3   ->   3, which gains c, and 5, which loses it
CREATE TEMP TABLE touched_articles AS
WITH former_assignments AS (
    SELECT DISTINCT
        documents.document_id,
        documents.article_id
    FROM documents
    SEMI JOIN scope ON scope.document_id = documents.document_id
),
changed_or_moved AS (
    SELECT
        changed_documents.document_id,
        changed_documents.portion
    FROM changed_documents
    UNION ALL
    SELECT
        assignments.document_id,
        NULL
    FROM assignments
    INNER JOIN former_assignments
        ON
            former_assignments.document_id = assignments.document_id
            AND former_assignments.article_id <> assignments.article_id
    ANTI JOIN changed_documents ON changed_documents.document_id = assignments.document_id
),
articles_before AS (
    SELECT DISTINCT former_assignments.article_id
    FROM former_assignments
    SEMI JOIN changed_or_moved ON changed_or_moved.document_id = former_assignments.document_id
),
articles_after AS (
    SELECT
        assignments.article_id,
        min(changed_or_moved.portion) AS portion
    FROM assignments
    INNER JOIN changed_or_moved ON changed_or_moved.document_id = assignments.document_id
    GROUP BY assignments.article_id
),
stored_articles AS (
    SELECT DISTINCT former_assignments.article_id
    FROM former_assignments
)
SELECT
    coalesce(articles_after.article_id, articles_before.article_id) AS article_id,
    coalesce(articles_after.portion, 1) AS portion,
    stored_articles.article_id IS NOT NULL AS existed
FROM articles_after
FULL OUTER JOIN articles_before ON articles_before.article_id = articles_after.article_id
LEFT JOIN stored_articles
    ON stored_articles.article_id = coalesce(articles_after.article_id, articles_before.article_id)
