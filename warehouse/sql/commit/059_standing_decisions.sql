-- Decisions that hold for the contents that count now.
CREATE TEMP TABLE standing_decisions AS
WITH known AS (
    SELECT
        new_decisions.*,
        NULL AS batch
    FROM new_decisions
    UNION ALL
    SELECT pair_decisions.*
    FROM pair_decisions
),
latest AS (
    SELECT known.*
    FROM known
    QUALIFY
        row_number() OVER (
            PARTITION BY known.document_a, known.document_b, known.digest_a, known.digest_b
            ORDER BY known.batch DESC NULLS FIRST
        ) = 1
)
SELECT
    latest.document_a,
    latest.document_b,
    latest.verdict,
    latest.rule,
    latest.evidence
FROM latest
SEMI JOIN current_contents AS a ON a.document_id = latest.document_a AND a.digest = latest.digest_a
SEMI JOIN current_contents AS b ON b.document_id = latest.document_b AND b.digest = latest.digest_b
WHERE latest.verdict <> 'not compared'
