-- Bit n of `met` stands for group n, from 1; at most 62 groups.
CREATE MACRO matching_articles(groups, {filter_parameters}) AS TABLE
WITH hits AS (
    SELECT
        found.article_id,
        found.year,
        found.number,
        unnest(CASE WHEN level = 'sentence' THEN found.sentences ELSE [0] END) AS sentence
    FROM group_hits(groups, {filter_arguments}) AS found
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
UNION ALL
SELECT
    NULL,
    NULL
FROM checked_filters(basis, level, from_year, to_year, as_of) AS filters
WHERE NOT filters.valid
