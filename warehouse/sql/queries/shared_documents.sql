-- The documents that may share their article with another, with their current PMID: those named by a decision or a
-- manual verdict, and those that share a PMID. Current is the latest version that no later deletion removes.
WITH current_versions AS (
    SELECT
        documents.document_id,
        documents.pmid
    FROM documents
    ANTI JOIN (
        SELECT
            deletions.document_id,
            max(deletions.version) AS version
        FROM deletions
        GROUP BY deletions.document_id
    ) AS latest_deletions
        ON
            latest_deletions.document_id = documents.document_id
            AND latest_deletions.version >= documents.version
    QUALIFY
        row_number() OVER (
            PARTITION BY documents.document_id
            ORDER BY documents.version DESC, documents.digest DESC
        ) = 1
),
connected_documents AS (
    SELECT unnest([duplicate_pairs.document_a, duplicate_pairs.document_b]) AS document_id FROM duplicate_pairs
    UNION
    SELECT unnest([verdicts.document_a, verdicts.document_b]) FROM verdicts
    UNION
    SELECT shared_pmids.document_id
    FROM (
        SELECT
            current_versions.document_id,
            current_versions.pmid
        FROM current_versions
        QUALIFY count(*) OVER (PARTITION BY current_versions.pmid) > 1
    ) AS shared_pmids
    WHERE shared_pmids.pmid IS NOT NULL
)
SELECT current_versions.*
FROM current_versions
SEMI JOIN connected_documents ON connected_documents.document_id = current_versions.document_id
ORDER BY current_versions.document_id ASC
