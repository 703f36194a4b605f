-- Pairs of similar records, with the manual decision where there is one and else the rules' decision. $which selects
-- the pairs that are one article ('same'), those that one thing keeps from being so ('suspected'), or all ('all').
WITH manual_decisions AS (
    SELECT
        verdicts.document_a,
        verdicts.document_b,
        arg_max(verdicts.same, verdicts.batch) AS same,
        arg_max(verdicts.said_by, verdicts.batch) AS said_by
    FROM verdicts
    GROUP BY verdicts.document_a, verdicts.document_b
),
pairs AS (
    SELECT
        coalesce(decided_pairs.document_a, manual_decisions.document_a) AS document_a,
        coalesce(decided_pairs.document_b, manual_decisions.document_b) AS document_b,
        CASE
            WHEN manual_decisions.same THEN 'same'
            WHEN NOT manual_decisions.same THEN 'different'
            ELSE decided_pairs.verdict
        END AS verdict,
        CASE
            WHEN manual_decisions.same IS NULL THEN decided_pairs.rule
            ELSE 'said by ' || manual_decisions.said_by
        END AS rule,
        json_extract_string(decided_pairs.evidence, '$.otherwise') AS otherwise,
        decided_pairs.link
    FROM duplicate_pairs AS decided_pairs
    FULL OUTER JOIN manual_decisions
        ON
            manual_decisions.document_a = decided_pairs.document_a
            AND manual_decisions.document_b = decided_pairs.document_b
),
judged_pairs AS (
    SELECT
        pairs.document_a,
        pairs.document_b,
        a.article_id AS article_a,
        b.article_id AS article_b,
        CASE
            WHEN pairs.verdict = 'same' AND a.article_id <> b.article_id THEN 'suspected'
            WHEN pairs.verdict = 'different' AND pairs.otherwise IS NOT NULL THEN 'suspected'
            ELSE pairs.verdict
        END AS verdict,
        CASE
            WHEN pairs.verdict = 'same' AND a.article_id <> b.article_id THEN 'other records of the two are apart'
            ELSE pairs.rule
        END AS rule,
        CASE WHEN pairs.verdict = 'same' AND a.article_id <> b.article_id THEN pairs.rule ELSE pairs.otherwise END
            AS otherwise,
        pairs.link,
        a.year,
        a.title AS title_a,
        b.title AS title_b
    FROM pairs
    INNER JOIN documents AS a ON a.document_id = pairs.document_a AND a.is_current
    INNER JOIN documents AS b ON b.document_id = pairs.document_b AND b.is_current
)
SELECT judged_pairs.*
FROM judged_pairs
WHERE $which = 'all' OR judged_pairs.verdict = $which
ORDER BY judged_pairs.document_a ASC, judged_pairs.document_b ASC
