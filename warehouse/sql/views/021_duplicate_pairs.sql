-- One row per pair of documents: the latest decision on their current contents.
CREATE VIEW duplicate_pairs AS
WITH latest_decisions AS (
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
    latest_decisions.document_a,
    latest_decisions.document_b,
    a.article_id AS article_a,
    b.article_id AS article_b,
    latest_decisions.verdict,
    latest_decisions.rule,
    latest_decisions.evidence,
    latest_decisions.link,
    latest_decisions.link_from,
    latest_decisions.batch
FROM latest_decisions
INNER JOIN documents AS a
    ON a.document_id = latest_decisions.document_a AND a.digest = latest_decisions.digest_a AND a.is_current
INNER JOIN documents AS b
    ON b.document_id = latest_decisions.document_b AND b.digest = latest_decisions.digest_b AND b.is_current
WHERE latest_decisions.verdict <> 'not compared'
