-- One row per document of a touched article that exists after this commit. Its mentions and claims are read from the
-- staged record (staged_unit, staged_position); where these are NULL, from the lake.
CREATE TEMP TABLE members AS
SELECT
    assignments.document_id,
    assignments.article_id,
    touched_articles.portion,
    changed_documents.document_id IS NOT NULL AS is_changed,
    current_runs.staged_unit,
    current_runs.staged_position
FROM assignments
INNER JOIN touched_articles ON touched_articles.article_id = assignments.article_id
LEFT JOIN changed_documents ON changed_documents.document_id = assignments.document_id
LEFT JOIN (
    SELECT
        next_runs.document_id,
        next_runs.staged_unit,
        next_runs.staged_position
    FROM next_runs
    WHERE next_runs.is_current
) AS current_runs ON current_runs.document_id = assignments.document_id
WHERE changed_documents.document_id IS NULL OR current_runs.document_id IS NOT NULL
