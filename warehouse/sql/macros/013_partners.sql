CREATE MACRO partners(concept, basis := 'any') AS TABLE
WITH found AS (
    SELECT
        deltas.concept_b AS partner_id,
        deltas.articles,
        deltas.sentence_articles
    FROM stored.cooccurrences AS deltas
    WHERE deltas.concept_a = concept AND deltas.basis = basis
    UNION ALL
    SELECT
        deltas.concept_a,
        deltas.articles,
        deltas.sentence_articles
    FROM stored.cooccurrences_by_b AS deltas
    WHERE deltas.concept_b = concept AND deltas.basis = basis
),
summed AS (
    SELECT
        found.partner_id,
        sum(found.articles)::BIGINT AS articles,
        sum(found.sentence_articles)::BIGINT AS sentence_articles
    FROM found
    GROUP BY found.partner_id
    HAVING sum(found.articles) > 0
)
SELECT
    summed.partner_id,
    concepts.name,
    summed.articles,
    summed.sentence_articles
FROM summed
LEFT JOIN concepts ON concepts.concept_id = summed.partner_id
ORDER BY summed.articles DESC, summed.partner_id ASC
