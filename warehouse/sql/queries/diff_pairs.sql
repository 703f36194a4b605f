-- Pairs whose number of articles differs between two versions, attached as `earlier` and `later`.
WITH before AS (
    SELECT
        pairs.concept_a,
        pairs.concept_b,
        pairs.basis,
        sum(pairs.articles)::BIGINT AS articles
    FROM earlier.cooccurrences AS pairs
    GROUP BY pairs.concept_a, pairs.concept_b, pairs.basis
),
after AS (
    SELECT
        pairs.concept_a,
        pairs.concept_b,
        pairs.basis,
        sum(pairs.articles)::BIGINT AS articles
    FROM later.cooccurrences AS pairs
    GROUP BY pairs.concept_a, pairs.concept_b, pairs.basis
)
SELECT
    CASE
        WHEN before.articles IS NULL THEN 'appeared'
        WHEN after.articles IS NULL THEN 'vanished'
        ELSE 'changed'
    END AS change,
    coalesce(after.concept_a, before.concept_a) AS concept_a,
    names_a.name AS name_a,
    coalesce(after.concept_b, before.concept_b) AS concept_b,
    names_b.name AS name_b,
    coalesce(after.basis, before.basis) AS basis,
    coalesce(before.articles, 0) AS articles_before,
    coalesce(after.articles, 0) AS articles_after
FROM before
FULL OUTER JOIN after
    ON after.concept_a = before.concept_a AND after.concept_b = before.concept_b AND after.basis = before.basis
LEFT JOIN later.concepts AS names_a ON names_a.concept_id = coalesce(after.concept_a, before.concept_a)
LEFT JOIN later.concepts AS names_b ON names_b.concept_id = coalesce(after.concept_b, before.concept_b)
WHERE before.articles IS DISTINCT FROM after.articles
ORDER BY change ASC, concept_a ASC, concept_b ASC, basis ASC
