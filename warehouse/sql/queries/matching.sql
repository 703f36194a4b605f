SELECT found.article_id
FROM
    matching_articles(
        $groups,
        basis := $basis, level := $level, exact := $exact, include_retracted := $include_retracted,
        only_case_reports := $only_case_reports, as_of := $as_of, from_year := $from_year, to_year := $to_year
    ) AS found
ORDER BY found.article_id ASC
