CREATE MACRO timeline(groups, {filter_parameters}) AS TABLE
WITH matched AS (
    SELECT
        found.year,
        count(*) AS articles
    FROM matching_articles(groups, {filter_arguments}) AS found
    GROUP BY found.year
)
SELECT
    corpus.year,
    coalesce(matched.articles, 0) AS articles,
    corpus.articles AS population,
    coalesce(matched.articles, 0) * 1e6 / corpus.articles AS rate_per_million
FROM population({filter_arguments}) AS corpus
LEFT JOIN matched ON matched.year IS NOT DISTINCT FROM corpus.year
ORDER BY corpus.year ASC NULLS LAST
