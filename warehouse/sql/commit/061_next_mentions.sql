-- The mentions in the current documents of the touched articles at home in one payload. $anew: those of the changed
-- documents are left out, because they are annotated anew.
WITH staged_now AS (
    SELECT
        runs.document_id,
        runs.version,
        assigned.article_id
    FROM runs
    INNER JOIN assigned ON assigned.document_id = runs.document_id
    INNER JOIN touched_articles ON touched_articles.article_id = assigned.article_id
    WHERE runs.is_current AND runs.unit IS NOT NULL AND touched_articles.home = $home
),
kept_now AS (
    SELECT
        runs.document_id,
        assigned.article_id
    FROM runs
    INNER JOIN assigned ON assigned.document_id = runs.document_id
    INNER JOIN touched_articles ON touched_articles.article_id = assigned.article_id
    WHERE runs.is_current AND runs.unit IS NULL AND touched_articles.home = $home AND NOT $anew
)
SELECT
    staged.* EXCLUDE (version),
    staged_now.article_id
FROM read_parquet($files) AS staged
INNER JOIN staged_now ON staged_now.document_id = staged.document_id AND staged_now.version = staged.version
UNION ALL BY NAME
SELECT
    mentions.* EXCLUDE (batch, article_id),
    kept_now.article_id
FROM mentions
INNER JOIN kept_now ON kept_now.document_id = mentions.document_id
UNION ALL BY NAME
SELECT mentions.* EXCLUDE (batch)
FROM mentions
SEMI JOIN touched_articles ON touched_articles.article_id = mentions.article_id AND touched_articles.home = $home
ANTI JOIN changed_documents ON changed_documents.document_id = mentions.document_id
ORDER BY concept_id ASC, article_id ASC, document_id ASC, start ASC
