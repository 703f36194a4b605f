SELECT *
FROM
    timeline(
        $groups,
        basis := $basis, level := $level, exact := $exact, include_retracted := $include_retracted, as_of := $as_of
    )
