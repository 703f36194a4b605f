-- The documents of the touched articles at home in one payload, every version of them: contents from the payloads or
-- from the lake, placed by their runs; and documents of these articles that did not change, as they stand.
WITH wanted AS (
    SELECT
        runs.document_id,
        runs.version,
        runs.digest,
        runs.raw_file,
        runs.raw_position,
        runs.unit,
        runs.is_current,
        assigned.article_id
    FROM runs
    INNER JOIN assigned ON assigned.document_id = runs.document_id
    INNER JOIN touched_articles ON touched_articles.article_id = assigned.article_id
    WHERE runs.digest IS NOT NULL AND touched_articles.home = $home
),
contents AS (
    SELECT staged.*
    FROM read_parquet($files) AS staged
    SEMI JOIN wanted
        ON
            wanted.document_id = staged.document_id
            AND wanted.digest = staged.digest
            AND wanted.unit IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY staged.document_id, staged.digest ORDER BY staged.version) = 1
    UNION ALL BY NAME
    SELECT documents.* EXCLUDE (article_id, batch)
    FROM documents
    SEMI JOIN wanted
        ON
            wanted.document_id = documents.document_id
            AND wanted.digest = documents.digest
    ANTI JOIN wanted AS staged_wanted
        ON
            staged_wanted.document_id = documents.document_id
            AND staged_wanted.digest = documents.digest
            AND staged_wanted.unit IS NOT NULL
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
SELECT
    documents.* EXCLUDE (batch),
    coalesce(article_keys.article_id IS NOT NULL, false) AS is_current
FROM documents
INNER JOIN touched_articles ON touched_articles.article_id = documents.article_id AND touched_articles.home = $home
LEFT JOIN article_keys
    ON article_keys.document_id = documents.document_id AND article_keys.version = documents.version
ANTI JOIN changed_documents ON changed_documents.document_id = documents.document_id
ORDER BY article_id ASC, document_id ASC, version ASC
