-- As cooccurrences, with retracted articles, notices and errata.
CREATE VIEW cooccurrences_with_retracted AS
SELECT
    deltas.concept_a,
    deltas.concept_b,
    deltas.year,
    deltas.basis,
    sum(deltas.articles + deltas.retracted_articles)::BIGINT AS articles
FROM stored.cooccurrences AS deltas
GROUP BY deltas.concept_a, deltas.concept_b, deltas.year, deltas.basis
HAVING sum(deltas.articles + deltas.retracted_articles) > 0
