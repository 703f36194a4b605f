CREATE VIEW partners AS
WITH both_ways AS (
    SELECT
        deltas.concept_a AS concept_id,
        deltas.concept_b AS partner_id,
        deltas.year,
        deltas.basis,
        deltas.articles,
        deltas.sentence_articles
    FROM stored.cooccurrences AS deltas
    UNION ALL
    SELECT
        deltas.concept_b,
        deltas.concept_a,
        deltas.year,
        deltas.basis,
        deltas.articles,
        deltas.sentence_articles
    FROM stored.cooccurrences_by_b AS deltas
)
SELECT
    both_ways.concept_id,
    both_ways.partner_id,
    both_ways.year,
    both_ways.basis,
    sum(both_ways.articles)::BIGINT AS articles,
    sum(both_ways.sentence_articles)::BIGINT AS sentence_articles
FROM both_ways
GROUP BY both_ways.concept_id, both_ways.partner_id, both_ways.year, both_ways.basis
HAVING sum(both_ways.articles) > 0
