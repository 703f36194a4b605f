-- Concepts, in order, where each of $ranges ranges with about as many articles begins; the first range has no bound.
WITH weighed AS (
    SELECT
        counts.concept_id,
        sum(counts.articles) AS articles
    FROM concept_counts AS counts
    GROUP BY counts.concept_id
),
placed AS (
    SELECT
        weighed.concept_id,
        floor(
            $ranges * (sum(weighed.articles) OVER (ORDER BY weighed.concept_id) - weighed.articles)
            / sum(weighed.articles) OVER ()
        ) AS number
    FROM weighed
)
SELECT min(placed.concept_id) AS first
FROM placed
WHERE placed.number > 0
GROUP BY placed.number
ORDER BY first ASC
