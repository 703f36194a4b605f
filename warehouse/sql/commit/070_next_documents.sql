-- The documents of the touched articles at home in one portion, every version of them: contents from the payloads
-- ($units, whose staged documents are $files) or from the lake, placed by their runs; and documents of these articles
-- that did not change, as they stand. Of equal contents the earliest is taken, because a record's own dates are no part of
-- its digest: so they depend neither on the order of arrival nor on how payloads are committed together.
WITH wanted AS (
    SELECT next_runs.*
    FROM next_runs
    WHERE next_runs.home = $home
),
known AS (
    SELECT documents.* EXCLUDE (article_id, is_current, own_article_id, batch)
    FROM documents
    SEMI JOIN wanted
        ON
            wanted.document_id = documents.document_id
            AND wanted.digest = documents.digest
            AND (wanted.staged_unit IS NULL OR documents.version <= wanted.staged_version)
    QUALIFY row_number() OVER (PARTITION BY documents.document_id, documents.digest ORDER BY documents.version) = 1
)
SELECT
    staged.* EXCLUDE (filename) REPLACE (
        wanted.version AS version,
        wanted.raw_file AS raw_file,
        wanted.raw_position AS raw_position
    ),
    wanted.article_id,
    wanted.is_current
FROM read_parquet($files, filename = true) AS staged
INNER JOIN wanted
    ON
        wanted.staged_position = staged.raw_position
        AND wanted.staged_unit = $units[list_position($files, staged.filename)]
ANTI JOIN known ON known.document_id = staged.document_id AND known.digest = staged.digest
UNION ALL BY NAME
SELECT
    known.* REPLACE (
        wanted.version AS version,
        wanted.raw_file AS raw_file,
        wanted.raw_position AS raw_position
    ),
    wanted.article_id,
    wanted.is_current
FROM known
INNER JOIN wanted ON wanted.document_id = known.document_id AND wanted.digest = known.digest
UNION ALL BY NAME
SELECT documents.* EXCLUDE (batch, own_article_id) REPLACE (members.article_id AS article_id)
FROM documents
INNER JOIN members ON members.document_id = documents.document_id AND members.home = $home AND NOT members.is_changed
