-- Documents in scope whose article is not theirs alone for certain: those decided on together with another, and those
-- that share a PMID.
WITH here AS (
    SELECT
        current_contents.document_id,
        current_contents.pmid
    FROM current_contents
    SEMI JOIN scope ON scope.document_id = current_contents.document_id
),
involved AS (
    SELECT standing_decisions.document_a AS document_id
    FROM standing_decisions
    UNION
    SELECT standing_decisions.document_b
    FROM standing_decisions
    UNION
    SELECT standing_verdicts.document_a
    FROM standing_verdicts
    UNION
    SELECT standing_verdicts.document_b
    FROM standing_verdicts
    UNION
    SELECT shared.document_id
    FROM (
        SELECT
            here.document_id,
            here.pmid
        FROM here
        QUALIFY count(*) OVER (PARTITION BY here.pmid) > 1
    ) AS shared
    WHERE shared.pmid IS NOT NULL
)
SELECT
    here.document_id,
    here.pmid
FROM here
SEMI JOIN involved ON involved.document_id = here.document_id
ORDER BY here.document_id ASC
