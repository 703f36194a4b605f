CREATE MACRO timeline(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, only_case_reports := false,
    as_of := NULL, from_year := NULL, to_year := NULL
) AS TABLE
WITH matched AS (
    SELECT
        found.year,
        count(*) AS articles
    FROM
        matching_articles(
            groups,
            basis := basis, level := level, exact := exact, include_retracted := include_retracted,
            only_case_reports := only_case_reports, as_of := as_of, from_year := from_year, to_year := to_year
        ) AS found
    GROUP BY found.year
)
SELECT
    corpus.year,
    coalesce(matched.articles, 0) AS articles,
    corpus.articles AS population,
    coalesce(matched.articles, 0) * 1e6 / corpus.articles AS rate_per_million
FROM
    population(
        basis := basis, include_retracted := include_retracted, only_case_reports := only_case_reports,
        as_of := as_of, from_year := from_year, to_year := to_year
    ) AS corpus
LEFT JOIN matched ON matched.year IS NOT DISTINCT FROM corpus.year
ORDER BY corpus.year ASC NULLS LAST
