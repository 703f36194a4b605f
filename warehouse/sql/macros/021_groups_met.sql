-- Which groups each article meets: bit n of `met` stands for group n, from 1; at most 62 groups. In one sentence, where
-- that is the level asked for: a row a sentence.
CREATE MACRO groups_met(
    groups, basis := 'any', level := 'article', exact := false, only_case_reports := false, as_of := NULL,
    from_year := NULL, to_year := NULL
) AS TABLE
SELECT
    hits.article_id,
    any_value(hits.year) AS year,
    any_value(hits.outside) AS outside,
    bit_or(1::BIGINT << hits.number) AS met
FROM
    group_hits(
        groups,
        basis := basis, exact := exact, only_case_reports := only_case_reports, as_of := as_of,
        from_year := from_year, to_year := to_year
    ) AS hits
WHERE level = 'article'
GROUP BY hits.article_id
UNION ALL
SELECT
    affirmed.article_id,
    any_value(affirmed.year) AS year,
    any_value(affirmed.outside) AS outside,
    bit_or(1::BIGINT << affirmed.number) AS met
FROM (
    SELECT
        hits.article_id,
        hits.number,
        hits.year,
        hits.outside,
        unnest(hits.sentences) AS sentence
    FROM
        group_hits(
            groups,
            basis := basis, exact := exact, only_case_reports := only_case_reports, as_of := as_of,
            from_year := from_year, to_year := to_year
        ) AS hits
    WHERE level = 'sentence'
) AS affirmed
GROUP BY affirmed.article_id, affirmed.sentence
