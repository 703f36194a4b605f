-- What identifies each changed document from now on: by its current content, else by the last it had.
CREATE TEMP TABLE next_contents AS
WITH latest AS (
    SELECT
        runs.document_id,
        runs.digest,
        runs.is_current
    FROM runs
    SEMI JOIN changed_documents ON changed_documents.document_id = runs.document_id
    WHERE runs.digest IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY runs.document_id ORDER BY runs.version DESC, runs.digest DESC) = 1
),
known AS (
    SELECT
        staged.document_id,
        staged.digest,
        staged.pmid
    FROM read_parquet($files) AS staged
    UNION ALL
    SELECT
        documents.document_id,
        documents.digest,
        documents.pmid
    FROM documents
)
SELECT
    latest.document_id,
    latest.digest,
    latest.is_current,
    any_value(known.pmid) AS pmid
FROM latest
INNER JOIN known ON known.document_id = latest.document_id AND known.digest = latest.digest
GROUP BY latest.document_id, latest.digest, latest.is_current
ORDER BY latest.document_id ASC
