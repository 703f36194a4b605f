-- One row per pair, year and basis: the sum of the signed deltas of all commits, retracted articles left out.
CREATE VIEW cooccurrences AS
SELECT
    deltas.concept_a,
    deltas.concept_b,
    deltas.year,
    deltas.basis,
    sum(deltas.articles)::BIGINT AS articles,
    sum(deltas.sentence_articles)::BIGINT AS sentence_articles
FROM stored.cooccurrences AS deltas
GROUP BY deltas.concept_a, deltas.concept_b, deltas.year, deltas.basis
HAVING sum(deltas.articles) > 0
