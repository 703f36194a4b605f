-- The documents of the touched articles at home in one portion, every version of them: contents from the payloads or
-- from the lake, placed by their runs; and documents of these articles that did not change, as they stand.
WITH members AS (
    SELECT
        assigned.document_id,
        assigned.article_id
    FROM assigned
    SEMI JOIN touched_articles ON touched_articles.article_id = assigned.article_id AND touched_articles.home = $home
),
wanted AS (
    SELECT
        runs.document_id,
        runs.version,
        runs.digest,
        runs.raw_file,
        runs.raw_position,
        runs.is_current,
        members.article_id,
        staged_contents.version AS staged_version,
        staged_contents.unit AS staged_unit
    FROM runs
    INNER JOIN members ON members.document_id = runs.document_id
    LEFT JOIN staged_contents
        ON staged_contents.document_id = runs.document_id AND staged_contents.digest = runs.digest
    SEMI JOIN changed_documents ON changed_documents.document_id = runs.document_id
    WHERE runs.digest IS NOT NULL
),
contents AS (
    SELECT staged.* EXCLUDE (filename)
    FROM read_parquet($files, filename = true) AS staged
    SEMI JOIN wanted
        ON
            wanted.document_id = staged.document_id
            AND wanted.digest = staged.digest
            AND wanted.staged_version = staged.version
            AND wanted.staged_unit = list_position($files, staged.filename)
    UNION ALL BY NAME
    SELECT documents.* EXCLUDE (article_id, is_current, own_article_id, batch)
    FROM documents
    SEMI JOIN wanted
        ON
            wanted.document_id = documents.document_id
            AND wanted.digest = documents.digest
            AND wanted.staged_unit IS NULL
    QUALIFY row_number() OVER (PARTITION BY documents.document_id, documents.digest ORDER BY documents.version) = 1
)
SELECT
    contents.* REPLACE (
        wanted.version AS version,
        wanted.raw_file AS raw_file,
        wanted.raw_position AS raw_position
    ),
    wanted.article_id,
    wanted.is_current
FROM wanted
INNER JOIN contents ON contents.document_id = wanted.document_id AND contents.digest = wanted.digest
UNION ALL BY NAME
SELECT documents.* EXCLUDE (batch, own_article_id) REPLACE (members.article_id AS article_id)
FROM documents
INNER JOIN members ON members.document_id = documents.document_id
ANTI JOIN changed_documents ON changed_documents.document_id = documents.document_id
ORDER BY article_id ASC, document_id ASC, version ASC
