-- What identifies each changed document: from its newest content at hand.
SELECT
    found.document_id,
    arg_max(found.pmid, found.version) AS pmid
FROM (
    SELECT
        staged.document_id,
        staged.version,
        staged.pmid
    FROM read_parquet($files) AS staged
    SEMI JOIN changed_documents ON changed_documents.document_id = staged.document_id
    UNION ALL
    SELECT
        documents.document_id,
        documents.version,
        documents.pmid
    FROM documents
    SEMI JOIN changed_documents ON changed_documents.document_id = documents.document_id
) AS found
GROUP BY found.document_id
ORDER BY found.document_id ASC
