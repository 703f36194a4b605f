-- The rows to append to pair_decisions: decisions on pairs of `documents_to_redecide` that differ from the stored
-- ones, and a row 'not compared' for every stored decision that the rules no longer make. `decided` holds what they
-- make now.
--
--     stored       decided      appended
--     a-b same     a-b same     -
--     a-c same     -            a-c not compared
--     -            a-d same     a-d same
WITH stored_decisions AS (
    SELECT decisions.*
    FROM pair_decisions AS decisions
    SEMI JOIN current_contents AS a ON a.document_id = decisions.document_a AND a.digest = decisions.digest_a
    SEMI JOIN current_contents AS b ON b.document_id = decisions.document_b AND b.digest = decisions.digest_b
    WHERE
        decisions.document_a IN (SELECT documents_to_redecide.document_id FROM documents_to_redecide)
        OR decisions.document_b IN (SELECT documents_to_redecide.document_id FROM documents_to_redecide)
    QUALIFY
        row_number() OVER (
            PARTITION BY decisions.document_a, decisions.document_b, decisions.digest_a, decisions.digest_b
            ORDER BY decisions.batch DESC
        ) = 1
)
SELECT DISTINCT decided.*
FROM decided
ANTI JOIN stored_decisions
    ON
        stored_decisions.document_a = decided.document_a
        AND stored_decisions.document_b = decided.document_b
        AND stored_decisions.verdict = decided.verdict
        AND stored_decisions.rule = decided.rule
        AND stored_decisions.evidence = decided.evidence
        AND stored_decisions.link IS NOT DISTINCT FROM decided.link
        AND stored_decisions.link_from IS NOT DISTINCT FROM decided.link_from
UNION ALL
SELECT
    stored_decisions.document_a,
    stored_decisions.document_b,
    stored_decisions.digest_a,
    stored_decisions.digest_b,
    'not compared' AS verdict,
    stored_decisions.rule,
    stored_decisions.evidence,
    NULL AS link,
    NULL AS link_from
FROM stored_decisions
ANTI JOIN decided
    ON decided.document_a = stored_decisions.document_a AND decided.document_b = stored_decisions.document_b
WHERE stored_decisions.verdict <> 'not compared'
ORDER BY document_a ASC, document_b ASC
