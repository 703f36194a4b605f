-- The case reports among the articles of a count, those of them whose number of patients is known, and their sum.
SELECT
    count(*) AS case_reports,
    count(keys.cases) AS with_number,
    coalesce(sum(keys.cases), 0)::BIGINT AS cases
FROM article_keys AS keys
WHERE
    keys.is_case_report
    AND keys.article_id IN (
        SELECT found.article_id FROM matching_articles($groups, {filter_values}) AS found
    )
