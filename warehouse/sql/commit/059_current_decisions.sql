-- The decisions that apply after this commit: one row per pair, the latest decision on its current two contents. New
-- decisions have no batch yet and take precedence; a pair that is not compared any more has no row.
CREATE TEMP TABLE current_decisions AS
WITH all_decisions AS (
    SELECT
        new_decisions.*,
        NULL AS batch
    FROM new_decisions
    UNION ALL
    SELECT pair_decisions.*
    FROM pair_decisions
),
latest_decisions AS (
    SELECT all_decisions.*
    FROM all_decisions
    QUALIFY
        row_number() OVER (
            PARTITION BY
                all_decisions.document_a, all_decisions.document_b, all_decisions.digest_a, all_decisions.digest_b
            ORDER BY all_decisions.batch DESC NULLS FIRST
        ) = 1
)
SELECT
    latest_decisions.document_a,
    latest_decisions.document_b,
    latest_decisions.verdict,
    latest_decisions.rule,
    latest_decisions.evidence
FROM latest_decisions
SEMI JOIN current_contents AS a
    ON a.document_id = latest_decisions.document_a AND a.digest = latest_decisions.digest_a
SEMI JOIN current_contents AS b
    ON b.document_id = latest_decisions.document_b AND b.digest = latest_decisions.digest_b
WHERE latest_decisions.verdict <> 'not compared'
