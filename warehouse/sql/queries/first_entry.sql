-- One row: the number of articles, and the day the first of them entered.
SELECT
    count(*) AS articles,
    min(keys.entered_on) AS first_entered_on
FROM article_keys AS keys
