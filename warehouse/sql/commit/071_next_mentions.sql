-- The mentions in the current documents of the touched articles at home in one portion. $anew: those of the changed
-- documents are left out, because they are annotated anew.
WITH members AS (
    SELECT
        assigned.document_id,
        assigned.article_id
    FROM assigned
    SEMI JOIN touched_articles ON touched_articles.article_id = assigned.article_id AND touched_articles.home = $home
),
changed_now AS (
    SELECT
        next_contents.document_id,
        members.article_id,
        staged_contents.version AS staged_version,
        staged_contents.unit AS staged_unit
    FROM next_contents
    INNER JOIN members ON members.document_id = next_contents.document_id
    LEFT JOIN staged_contents
        ON
            staged_contents.document_id = next_contents.document_id
            AND staged_contents.digest = next_contents.digest
    WHERE next_contents.is_current AND NOT $anew
),
standing_now AS (
    SELECT
        changed_now.document_id,
        changed_now.article_id
    FROM changed_now
    WHERE changed_now.staged_unit IS NULL
    UNION ALL
    SELECT
        members.document_id,
        members.article_id
    FROM members
    ANTI JOIN changed_documents ON changed_documents.document_id = members.document_id
)
SELECT
    staged.* EXCLUDE (version, filename),
    changed_now.article_id
FROM read_parquet($files, filename = true) AS staged
INNER JOIN changed_now
    ON
        changed_now.document_id = staged.document_id
        AND changed_now.staged_version = staged.version
        AND changed_now.staged_unit = list_position($files, staged.filename)
UNION ALL BY NAME
SELECT mentions.* EXCLUDE (batch) REPLACE (standing_now.article_id AS article_id)
FROM mentions
INNER JOIN standing_now ON standing_now.document_id = mentions.document_id
ORDER BY concept_id ASC, article_id ASC, document_id ASC, start ASC
