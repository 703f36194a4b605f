CREATE MACRO matching_articles(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, as_of := NULL
) AS TABLE
WITH matched AS (
    SELECT
        places.article_id,
        places.place,
        count(DISTINCT places.number) AS groups_met
    FROM
        group_places(
            groups,
            basis := basis, level := level, exact := exact, include_retracted := include_retracted, as_of := as_of
        ) AS places
    GROUP BY places.article_id, places.place
)
SELECT DISTINCT matched.article_id
FROM matched
WHERE matched.groups_met = len(groups)
