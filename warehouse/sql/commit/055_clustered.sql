-- Documents in scope that are paired with others, with what numbers their article: the rest stand alone.
WITH involved AS (
    SELECT standing_pairs.document_a AS document_id
    FROM standing_pairs
    UNION
    SELECT standing_pairs.document_b
    FROM standing_pairs
    UNION
    SELECT standing_verdicts.document_a
    FROM standing_verdicts
    UNION
    SELECT standing_verdicts.document_b
    FROM standing_verdicts
)
SELECT
    current_contents.document_id,
    current_contents.pmid
FROM current_contents
SEMI JOIN involved ON involved.document_id = current_contents.document_id
SEMI JOIN scope ON scope.document_id = current_contents.document_id
