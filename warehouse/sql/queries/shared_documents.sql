-- Documents whose article need not be theirs alone: those a decision or a person's verdict names, and those that
-- share a PMID; by the content that counts: the latest, unless deleted since.
WITH standing AS (
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
    ) AS deleted ON deleted.document_id = documents.document_id AND deleted.version >= documents.version
    QUALIFY
        row_number() OVER (
            PARTITION BY documents.document_id
            ORDER BY documents.version DESC, documents.digest DESC
        ) = 1
),
named AS (
    SELECT unnest([duplicate_pairs.document_a, duplicate_pairs.document_b]) AS document_id FROM duplicate_pairs
    UNION
    SELECT unnest([verdicts.document_a, verdicts.document_b]) FROM verdicts
    UNION
    SELECT shared.document_id
    FROM (
        SELECT
            standing.document_id,
            standing.pmid
        FROM standing
        QUALIFY count(*) OVER (PARTITION BY standing.pmid) > 1
    ) AS shared
    WHERE shared.pmid IS NOT NULL
)
SELECT standing.*
FROM standing
SEMI JOIN named ON named.document_id = standing.document_id
ORDER BY standing.document_id ASC
