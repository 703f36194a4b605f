CREATE VIEW duplicate_pairs AS
WITH latest AS (
    SELECT pair_decisions.*
    FROM pair_decisions
    QUALIFY
        row_number() OVER (
            PARTITION BY
                pair_decisions.document_a, pair_decisions.document_b, pair_decisions.digest_a, pair_decisions.digest_b
            ORDER BY pair_decisions.batch DESC
        ) = 1
)
SELECT
    latest.document_a,
    latest.document_b,
    a.article_id AS article_a,
    b.article_id AS article_b,
    latest.verdict,
    latest.rule,
    latest.evidence,
    latest.link,
    latest.link_from,
    latest.batch
FROM latest
INNER JOIN documents AS a ON a.document_id = latest.document_a AND a.digest = latest.digest_a AND a.is_current
INNER JOIN documents AS b ON b.document_id = latest.document_b AND b.digest = latest.digest_b AND b.is_current
WHERE latest.verdict <> 'not compared'
