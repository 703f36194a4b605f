-- One row per pair and basis over all years, with the statistics that compare its articles with chance.
CREATE VIEW cooccurrence_totals AS
WITH pairs AS (
    SELECT
        cooccurrences.concept_a,
        cooccurrences.concept_b,
        cooccurrences.basis,
        sum(cooccurrences.articles)::BIGINT AS articles,
        sum(cooccurrences.sentence_articles)::BIGINT AS sentence_articles,
        min(cooccurrences.year) AS first_year,
        max(cooccurrences.year) AS last_year
    FROM cooccurrences
    GROUP BY cooccurrences.concept_a, cooccurrences.concept_b, cooccurrences.basis
),
marginals AS (
    SELECT
        concept_counts.concept_id,
        concept_counts.basis,
        sum(concept_counts.articles)::BIGINT AS articles
    FROM concept_counts
    GROUP BY concept_counts.concept_id, concept_counts.basis
),
populations AS (
    SELECT
        corpus_counts.basis,
        sum(corpus_counts.articles)::BIGINT AS articles
    FROM corpus_counts
    GROUP BY corpus_counts.basis
),
expectations AS (
    SELECT
        pairs.*,
        populations.articles AS population,
        marginals_a.articles AS articles_a,
        marginals_b.articles AS articles_b,
        marginals_a.articles::DOUBLE * marginals_b.articles / populations.articles AS expected
    FROM pairs
    INNER JOIN populations ON populations.basis = pairs.basis
    INNER JOIN marginals AS marginals_a
        ON marginals_a.concept_id = pairs.concept_a AND marginals_a.basis = pairs.basis
    INNER JOIN marginals AS marginals_b
        ON marginals_b.concept_id = pairs.concept_b AND marginals_b.basis = pairs.basis
),
limits AS (
    SELECT
        expectations.*,
        coalesce(interval_limits.gamma_low, gamma_limit(expectations.articles + 0.5, -1)) AS gamma_low,
        coalesce(interval_limits.gamma_high, gamma_limit(expectations.articles + 0.5, 1)) AS gamma_high,
        coalesce(interval_limits.poisson_low, gamma_limit(expectations.articles, -1)) AS poisson_low,
        coalesce(interval_limits.poisson_high, gamma_limit(expectations.articles + 1, 1)) AS poisson_high
    FROM expectations
    LEFT JOIN interval_limits ON interval_limits.n = expectations.articles
)
SELECT
    limits.concept_a,
    concepts_a.name AS name_a,
    limits.concept_b,
    concepts_b.name AS name_b,
    limits.basis,
    limits.articles,
    limits.sentence_articles,
    limits.first_year,
    limits.last_year,
    limits.population,
    limits.articles_a,
    limits.articles_b,
    limits.expected,
    log2((limits.articles + 0.5) / (limits.expected + 0.5)) AS ic,
    log2(limits.gamma_low / (limits.expected + 0.5)) AS ic_low,
    log2(limits.gamma_high / (limits.expected + 0.5)) AS ic_high,
    limits.articles * 1e6 / limits.population AS rate_per_million,
    limits.poisson_low * 1e6 / limits.population AS rate_low,
    limits.poisson_high * 1e6 / limits.population AS rate_high
FROM limits
LEFT JOIN concepts AS concepts_a ON concepts_a.concept_id = limits.concept_a
LEFT JOIN concepts AS concepts_b ON concepts_b.concept_id = limits.concept_b
