-- One row per concept, year and basis: the sum of the signed deltas of all commits.
CREATE VIEW concept_counts AS
SELECT
    deltas.concept_id,
    deltas.year,
    deltas.basis,
    sum(deltas.articles)::BIGINT AS articles,
    sum(deltas.retracted_articles)::BIGINT AS retracted_articles
FROM stored.concept_counts AS deltas
GROUP BY deltas.concept_id, deltas.year, deltas.basis
HAVING sum(deltas.articles) > 0 OR sum(deltas.retracted_articles) > 0
