CREATE MACRO count_together(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, as_of := NULL
) AS TABLE
WITH matched AS (
    SELECT count(*) AS articles
    FROM matching_articles(
        groups,
        basis := basis, level := level, exact := exact, include_retracted := include_retracted, as_of := as_of
    )
),
changed AS (
    SELECT CASE WHEN as_of IS NOT NULL THEN count(*) END AS articles
    FROM
        matching_articles(
            groups,
            basis := basis, level := level, exact := exact, include_retracted := include_retracted, as_of := as_of
        ) AS found
    INNER JOIN article_keys AS keys ON keys.article_id = found.article_id
    WHERE keys.revised_on > CAST(as_of AS DATE) OR keys.retracted_on > CAST(as_of AS DATE)
),
matched_with_retracted AS (
    SELECT count(*) AS articles
    FROM matching_articles(
        groups, basis := basis, level := level, exact := exact, include_retracted := true, as_of := as_of
    )
),
corpus AS (
    SELECT
        count(*) AS articles,
        count(*) FILTER (WHERE members.has_abstract) AS with_abstract,
        min(members.year) AS from_year,
        max(members.year) AS to_year
    FROM population(basis := basis, include_retracted := include_retracted, as_of := as_of) AS members
),
marginals AS (
    SELECT
        numbers.number,
        count(DISTINCT places.article_id) AS articles
    FROM (SELECT generate_subscripts(groups, 1) AS number) AS numbers
    LEFT JOIN
        group_places(
            groups, basis := basis, exact := exact, include_retracted := include_retracted, as_of := as_of
        ) AS places
        ON places.number = numbers.number
    GROUP BY numbers.number
),
expectation AS (
    SELECT corpus.articles * product(marginals.articles / corpus.articles) AS expected
    FROM marginals
    CROSS JOIN corpus
    WHERE corpus.articles > 0
    GROUP BY corpus.articles
),
limits AS (
    SELECT
        coalesce(interval_limits.gamma_low, gamma_limit(matched.articles + 0.5, -1)) AS gamma_low,
        coalesce(interval_limits.gamma_high, gamma_limit(matched.articles + 0.5, 1)) AS gamma_high,
        coalesce(interval_limits.poisson_low, gamma_limit(matched.articles, -1)) AS poisson_low,
        coalesce(interval_limits.poisson_high, gamma_limit(matched.articles + 1, 1)) AS poisson_high
    FROM matched
    LEFT JOIN interval_limits ON interval_limits.n = matched.articles
)
SELECT
    matched.articles,
    corpus.articles AS population,
    matched.articles * 1e6 / nullif(corpus.articles, 0) AS rate_per_million,
    limits.poisson_low * 1e6 / nullif(corpus.articles, 0) AS low,
    limits.poisson_high * 1e6 / nullif(corpus.articles, 0) AS high,
    expectation.expected,
    log2((matched.articles + 0.5) / (expectation.expected + 0.5)) AS ic,
    log2(limits.gamma_low / (expectation.expected + 0.5)) AS ic_low,
    log2(limits.gamma_high / (expectation.expected + 0.5)) AS ic_high,
    matched_with_retracted.articles - matched.articles AS retracted,
    changed.articles AS changed_since,
    corpus.from_year,
    corpus.to_year,
    corpus.with_abstract
FROM matched
CROSS JOIN matched_with_retracted
CROSS JOIN changed
CROSS JOIN corpus
CROSS JOIN limits
LEFT JOIN expectation ON true
