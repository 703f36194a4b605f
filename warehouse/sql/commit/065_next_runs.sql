-- One row per run of a changed document that has a content, deletions left out: with its article and portion, and
-- with the staged record its content is read from (payload staged_unit, position staged_position; NULL: only the
-- lake has it).
CREATE TEMP TABLE next_runs AS
SELECT
    runs.document_id,
    runs.version,
    runs.digest,
    runs.raw_file,
    runs.raw_position,
    runs.is_current,
    assignments.article_id,
    touched_articles.portion,
    staged_contents.version AS staged_version,
    staged_contents.unit AS staged_unit,
    staged_contents.raw_position AS staged_position
FROM runs
SEMI JOIN changed_documents ON changed_documents.document_id = runs.document_id
INNER JOIN assignments ON assignments.document_id = runs.document_id
INNER JOIN touched_articles ON touched_articles.article_id = assignments.article_id
LEFT JOIN staged_contents
    ON staged_contents.document_id = runs.document_id AND staged_contents.digest = runs.digest
WHERE runs.digest IS NOT NULL
