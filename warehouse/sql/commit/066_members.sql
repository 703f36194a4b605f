-- The documents of the touched articles, but for those that change and do not count from now on. What is said in each is
-- read from the record at staged_position of the payload staged_unit; NULL: from the lake.
CREATE TEMP TABLE members AS
SELECT
    assigned.document_id,
    assigned.article_id,
    touched_articles.home,
    changed_documents.document_id IS NOT NULL AS is_changed,
    current_runs.staged_unit,
    current_runs.staged_position
FROM assigned
INNER JOIN touched_articles ON touched_articles.article_id = assigned.article_id
LEFT JOIN changed_documents ON changed_documents.document_id = assigned.document_id
LEFT JOIN (
    SELECT
        next_runs.document_id,
        next_runs.staged_unit,
        next_runs.staged_position
    FROM next_runs
    WHERE next_runs.is_current
) AS current_runs ON current_runs.document_id = assigned.document_id
WHERE changed_documents.document_id IS NULL OR current_runs.document_id IS NOT NULL
