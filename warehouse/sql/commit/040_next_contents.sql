-- One row per changed document: the content that identifies it after this commit (digest, pmid). That is its current
-- content, or the last one it had where it is deleted: is_current says which.
CREATE TEMP TABLE next_contents AS
WITH latest_runs AS (
    SELECT
        runs.document_id,
        runs.digest,
        runs.is_current
    FROM runs
    SEMI JOIN changed_documents ON changed_documents.document_id = runs.document_id
    WHERE runs.digest IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY runs.document_id ORDER BY runs.version DESC, runs.digest DESC) = 1
),
pmids_of_contents AS (
    SELECT
        staged.document_id,
        staged.digest,
        staged.pmid
    FROM read_parquet($files, hive_partitioning = false) AS staged
    UNION ALL
    SELECT
        documents.document_id,
        documents.digest,
        documents.pmid
    FROM documents
)
SELECT
    latest_runs.document_id,
    latest_runs.digest,
    latest_runs.is_current,
    any_value(pmids_of_contents.pmid) AS pmid
FROM latest_runs
INNER JOIN pmids_of_contents
    ON pmids_of_contents.document_id = latest_runs.document_id AND pmids_of_contents.digest = latest_runs.digest
GROUP BY latest_runs.document_id, latest_runs.digest, latest_runs.is_current
ORDER BY latest_runs.document_id ASC
