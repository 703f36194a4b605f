SELECT
    counted.*,
    (SELECT lake.version FROM lake) AS version
FROM
    count_together(
        $groups,
        basis := $basis, level := $level, exact := $exact, include_retracted := $include_retracted,
        only_case_reports := $only_case_reports, as_of := $as_of, from_year := $from_year, to_year := $to_year
    ) AS counted
