-- The runs of the changed documents that have a content, with the article and the portion they are written with, and
-- where the payloads bring that content: the record at staged_position of the payload staged_unit; NULL: nowhere.
CREATE TEMP TABLE next_runs AS
SELECT
    runs.document_id,
    runs.version,
    runs.digest,
    runs.raw_file,
    runs.raw_position,
    runs.is_current,
    assigned.article_id,
    touched_articles.home,
    staged_contents.version AS staged_version,
    staged_contents.unit AS staged_unit,
    staged_contents.raw_position AS staged_position
FROM runs
SEMI JOIN changed_documents ON changed_documents.document_id = runs.document_id
INNER JOIN assigned ON assigned.document_id = runs.document_id
INNER JOIN touched_articles ON touched_articles.article_id = assigned.article_id
LEFT JOIN staged_contents
    ON staged_contents.document_id = runs.document_id AND staged_contents.digest = runs.digest
WHERE runs.digest IS NOT NULL
