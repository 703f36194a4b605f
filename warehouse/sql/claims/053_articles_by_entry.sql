-- The number of articles that can be searched, by the day they entered: the coverage of a claim as of its date is the
-- sum of the rows up to that day.
SELECT
    keys.entered_on,
    count(*) AS articles,
    count(*) FILTER (WHERE keys.has_abstract) AS with_abstract,
    min(keys.year) AS first_year,
    max(keys.year) AS last_year
FROM article_keys AS keys
WHERE keys.entered_on IS NOT NULL AND (keys.in_index OR keys.in_text) AND NOT keys.is_notice
GROUP BY keys.entered_on
ORDER BY keys.entered_on ASC
