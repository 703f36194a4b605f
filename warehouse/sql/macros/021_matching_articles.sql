-- Bit n of `met` stands for group n, from 1; at most 62 groups.
CREATE MACRO matching_articles(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, only_case_reports := false,
    as_of := NULL, from_year := NULL, to_year := NULL
) AS TABLE
WITH hits AS (
    SELECT
        found.article_id,
        found.year,
        found.number,
        unnest(CASE WHEN level = 'sentence' THEN found.sentences ELSE [0] END) AS sentence
    FROM
        group_hits(
            groups,
            basis := basis, level := level, exact := exact, only_case_reports := only_case_reports, as_of := as_of,
            from_year := from_year, to_year := to_year
        ) AS found
    WHERE include_retracted OR NOT found.outside
),
together AS (
    SELECT
        hits.article_id,
        any_value(hits.year) AS year,
        bit_or(1::BIGINT << hits.number) AS met
    FROM hits
    GROUP BY hits.article_id, hits.sentence
)
SELECT DISTINCT
    together.article_id,
    together.year
FROM together
WHERE together.met = (2::BIGINT << len(groups)) - 2
