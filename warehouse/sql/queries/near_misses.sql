-- How many articles match parts of a combination: a row a number of $masks, in which bit n stands for group n, from 1.
WITH hits AS (
    SELECT
        found.article_id,
        found.number,
        unnest(CASE WHEN $level = 'sentence' THEN found.sentences ELSE [0] END) AS sentence
    FROM group_hits($groups, {filter_values}) AS found
    WHERE $include_retracted OR NOT found.outside
),
together AS (
    SELECT
        hits.article_id,
        bit_or(1::BIGINT << hits.number) AS met
    FROM hits
    GROUP BY hits.article_id, hits.sentence
),
masks AS (
    SELECT DISTINCT unnest($masks) AS mask
)
SELECT
    masks.mask,
    count(DISTINCT together.article_id) AS articles
FROM masks
LEFT JOIN together ON together.met & masks.mask = masks.mask
GROUP BY masks.mask
