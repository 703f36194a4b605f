-- What is to be stored of the decisions on the pairs of the documents in `redecided`: those that are new, and for those
-- that held so far and are not among them that they no longer do.
WITH held AS (
    SELECT decisions.*
    FROM pair_decisions AS decisions
    SEMI JOIN current_contents AS a ON a.document_id = decisions.document_a AND a.digest = decisions.digest_a
    SEMI JOIN current_contents AS b ON b.document_id = decisions.document_b AND b.digest = decisions.digest_b
    WHERE
        decisions.document_a IN (SELECT redecided.document_id FROM redecided)
        OR decisions.document_b IN (SELECT redecided.document_id FROM redecided)
    QUALIFY
        row_number() OVER (
            PARTITION BY decisions.document_a, decisions.document_b, decisions.digest_a, decisions.digest_b
            ORDER BY decisions.batch DESC
        ) = 1
)
SELECT DISTINCT decided.*
FROM decided
ANTI JOIN held
    ON
        held.document_a = decided.document_a
        AND held.document_b = decided.document_b
        AND held.verdict = decided.verdict
        AND held.rule = decided.rule
        AND held.evidence = decided.evidence
        AND held.link IS NOT DISTINCT FROM decided.link
        AND held.link_from IS NOT DISTINCT FROM decided.link_from
UNION ALL
SELECT
    held.document_a,
    held.document_b,
    held.digest_a,
    held.digest_b,
    'not compared' AS verdict,
    held.rule,
    held.evidence,
    NULL AS link,
    NULL AS link_from
FROM held
ANTI JOIN decided ON decided.document_a = held.document_a AND decided.document_b = held.document_b
WHERE held.verdict <> 'not compared'
ORDER BY document_a ASC, document_b ASC
