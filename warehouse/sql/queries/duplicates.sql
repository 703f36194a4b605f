-- Pairs of records found to be one article ('same'), those that would be but for one thing ('suspected'), or every
-- pair of records much alike ('all'). $which: one of the three.
WITH said AS (
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
        coalesce(found.document_a, said.document_a) AS document_a,
        coalesce(found.document_b, said.document_b) AS document_b,
        CASE
            WHEN said.same THEN 'same'
            WHEN NOT said.same THEN 'different'
            ELSE found.verdict
        END AS verdict,
        CASE WHEN said.same IS NULL THEN found.rule ELSE 'said by ' || said.said_by END AS rule,
        json_extract_string(found.evidence, '$.otherwise') AS otherwise,
        found.link
    FROM duplicate_pairs AS found
    FULL OUTER JOIN said ON said.document_a = found.document_a AND said.document_b = found.document_b
),
placed AS (
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
SELECT placed.*
FROM placed
WHERE $which = 'all' OR placed.verdict = $which
ORDER BY placed.document_a ASC, placed.document_b ASC
