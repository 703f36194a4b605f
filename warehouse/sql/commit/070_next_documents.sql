-- The rows of `documents` for the articles of one portion: one per run of a changed document, with its content from
-- the payloads ($units, whose staged documents are $files) or from the lake; and those of unchanged documents, as
-- stored. Of equal contents the earliest is taken, because a record's own dates are not part of its digest: so the
-- stored dates depend neither on the order of arrival nor on how payloads are grouped into commits.
--
--     run of version 7, digest a, and the lake has a of version 5   ->   the row of version 5, with version set to 7
WITH runs_of_portion AS (
    SELECT next_runs.*
    FROM next_runs
    WHERE next_runs.portion = $portion
),
stored_contents AS (
    SELECT documents.* EXCLUDE (article_id, is_current, own_article_id, batch)
    FROM documents
    SEMI JOIN runs_of_portion
        ON
            runs_of_portion.document_id = documents.document_id
            AND runs_of_portion.digest = documents.digest
            AND (runs_of_portion.staged_unit IS NULL OR documents.version <= runs_of_portion.staged_version)
    QUALIFY row_number() OVER (PARTITION BY documents.document_id, documents.digest ORDER BY documents.version) = 1
)
SELECT
    staged.* EXCLUDE (filename) REPLACE (
        runs_of_portion.version AS version,
        runs_of_portion.raw_file AS raw_file,
        runs_of_portion.raw_position AS raw_position
    ),
    runs_of_portion.article_id,
    runs_of_portion.is_current
FROM read_parquet($files, filename = true, hive_partitioning = false) AS staged
INNER JOIN runs_of_portion
    ON
        runs_of_portion.staged_position = staged.raw_position
        AND runs_of_portion.staged_unit = $units[list_position($files, staged.filename)]
ANTI JOIN stored_contents
    ON stored_contents.document_id = staged.document_id AND stored_contents.digest = staged.digest
UNION ALL BY NAME
SELECT
    stored_contents.* REPLACE (
        runs_of_portion.version AS version,
        runs_of_portion.raw_file AS raw_file,
        runs_of_portion.raw_position AS raw_position
    ),
    runs_of_portion.article_id,
    runs_of_portion.is_current
FROM stored_contents
INNER JOIN runs_of_portion
    ON
        runs_of_portion.document_id = stored_contents.document_id
        AND runs_of_portion.digest = stored_contents.digest
UNION ALL BY NAME
SELECT documents.* EXCLUDE (batch, own_article_id) REPLACE (members.article_id AS article_id)
FROM documents
INNER JOIN members
    ON members.document_id = documents.document_id AND members.portion = $portion AND NOT members.is_changed
