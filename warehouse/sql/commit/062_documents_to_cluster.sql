-- The documents in scope that may share their article with another: those with a decision or a verdict, and those
-- that share a PMID. All others are articles of their own, which spares the clustering most documents.
WITH documents_in_scope AS (
    SELECT
        current_contents.document_id,
        current_contents.pmid
    FROM current_contents
    SEMI JOIN scope ON scope.document_id = current_contents.document_id
),
connected_documents AS (
    SELECT current_decisions.document_a AS document_id
    FROM current_decisions
    UNION
    SELECT current_decisions.document_b
    FROM current_decisions
    UNION
    SELECT current_verdicts.document_a
    FROM current_verdicts
    UNION
    SELECT current_verdicts.document_b
    FROM current_verdicts
    UNION
    SELECT shared_pmids.document_id
    FROM (
        SELECT
            documents_in_scope.document_id,
            documents_in_scope.pmid
        FROM documents_in_scope
        QUALIFY count(*) OVER (PARTITION BY documents_in_scope.pmid) > 1
    ) AS shared_pmids
    WHERE shared_pmids.pmid IS NOT NULL
)
SELECT
    documents_in_scope.document_id,
    documents_in_scope.pmid
FROM documents_in_scope
SEMI JOIN connected_documents ON connected_documents.document_id = documents_in_scope.document_id
ORDER BY documents_in_scope.document_id ASC
