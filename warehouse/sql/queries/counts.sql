SELECT
    counted.*,
    (SELECT lake.version FROM lake) AS version
FROM
    count_together(
        $groups,
        basis := $basis, level := $level, exact := $exact, include_retracted := $include_retracted, as_of := $as_of
    ) AS counted
