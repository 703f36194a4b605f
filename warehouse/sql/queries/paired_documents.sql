-- Documents that a pair or a person's verdict names, with the content that counts: the latest, unless deleted since.
SELECT
    documents.document_id,
    documents.digest,
    documents.pmid
FROM documents
SEMI JOIN (
    SELECT duplicate_pairs.document_a AS document_id FROM duplicate_pairs
    UNION
    SELECT duplicate_pairs.document_b FROM duplicate_pairs
    UNION
    SELECT verdicts.document_a FROM verdicts
    UNION
    SELECT verdicts.document_b FROM verdicts
) AS named ON named.document_id = documents.document_id
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
