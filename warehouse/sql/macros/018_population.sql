-- The articles a count is taken from, by publication year. From the stored counts where these hold the answer.
CREATE MACRO population({filter_parameters}) AS TABLE
SELECT
    stored_counts.year,
    stored_counts.articles,
    stored_counts.with_abstract
FROM corpus_counts AS stored_counts
WHERE
    stored_counts.basis = basis
    AND stored_counts.articles > 0
    AND (from_year IS NULL OR stored_counts.year >= from_year)
    AND (to_year IS NULL OR stored_counts.year <= to_year)
    AND NOT include_retracted
    AND NOT only_case_reports
    AND NOT only_humans
    AND as_of IS NULL
UNION ALL
SELECT
    keys.year,
    count(*) AS articles,
    count(*) FILTER (WHERE keys.has_abstract) AS with_abstract
FROM article_keys AS keys
WHERE
    (include_retracted OR only_case_reports OR only_humans OR as_of IS NOT NULL)
    AND CASE basis WHEN 'index' THEN keys.in_index WHEN 'text' THEN keys.in_text ELSE keys.in_index OR keys.in_text END
    AND (
        include_retracted
        OR (NOT keys.is_notice AND (keys.retracted_on IS NULL OR keys.retracted_on > CAST(as_of AS DATE)))
    )
    AND (NOT only_case_reports OR keys.is_case_report)
    AND (NOT only_humans OR keys.subjects = 'human')
    AND (as_of IS NULL OR keys.entered_on <= CAST(as_of AS DATE))
    AND (from_year IS NULL OR keys.year >= from_year)
    AND (to_year IS NULL OR keys.year <= to_year)
GROUP BY keys.year
UNION ALL
SELECT
    NULL,
    0,
    0
FROM checked_filters(basis, level, from_year, to_year, as_of) AS filters
WHERE NOT filters.valid
