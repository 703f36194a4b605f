CREATE MACRO matching_articles(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, only_case_reports := false,
    as_of := NULL, from_year := NULL, to_year := NULL
) AS TABLE
SELECT DISTINCT
    found.article_id,
    found.year
FROM
    groups_met(
        groups,
        basis := basis, level := level, exact := exact, only_case_reports := only_case_reports, as_of := as_of,
        from_year := from_year, to_year := to_year
    ) AS found
WHERE found.met = (2::BIGINT << len(groups)) - 2 AND (include_retracted OR NOT found.outside)
