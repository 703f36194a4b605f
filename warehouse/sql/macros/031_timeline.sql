CREATE MACRO timeline(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, as_of := NULL
) AS TABLE
WITH matched AS (
    SELECT
        keys.year,
        count(*) AS articles
    FROM
        matching_articles(
            groups,
            basis := basis, level := level, exact := exact, include_retracted := include_retracted, as_of := as_of
        )
    INNER JOIN article_keys AS keys USING (article_id)
    GROUP BY keys.year
),
corpus AS (
    SELECT
        members.year,
        count(*) AS population
    FROM population(basis := basis, include_retracted := include_retracted, as_of := as_of) AS members
    GROUP BY members.year
)
SELECT
    corpus.year,
    coalesce(matched.articles, 0) AS articles,
    corpus.population,
    coalesce(matched.articles, 0) * 1e6 / corpus.population AS rate_per_million
FROM corpus
LEFT JOIN matched ON matched.year IS NOT DISTINCT FROM corpus.year
ORDER BY corpus.year ASC NULLS LAST
