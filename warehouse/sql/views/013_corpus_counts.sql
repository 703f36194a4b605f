-- One row per year and basis: the size of the population, as the sum of the signed deltas of all commits.
CREATE VIEW corpus_counts AS
SELECT
    deltas.year,
    deltas.basis,
    sum(deltas.articles)::BIGINT AS articles,
    sum(deltas.retracted_articles)::BIGINT AS retracted_articles,
    sum(deltas.with_abstract)::BIGINT AS with_abstract
FROM stored.corpus_counts AS deltas
GROUP BY deltas.year, deltas.basis
HAVING sum(deltas.articles) > 0 OR sum(deltas.retracted_articles) > 0
