-- Articles that are a claiming article in another form: its versions, preprint, translation, erratum, at up to two steps.
WITH steps AS (
    SELECT
        links.article_id,
        links.related_id
    FROM links
    WHERE
        links.related_id <> links.article_id
        AND links.kind IN ('preprint_of', 'version_of', 'translation_of', 'erratum_for')
),
both_ways AS (
    SELECT
        steps.article_id,
        steps.related_id
    FROM steps
    UNION
    SELECT
        steps.related_id,
        steps.article_id
    FROM steps
),
claiming AS (
    SELECT
        both_ways.article_id,
        both_ways.related_id
    FROM both_ways
    SEMI JOIN claims ON claims.article_id = both_ways.article_id
)
SELECT
    claiming.article_id,
    claiming.related_id
FROM claiming
UNION
SELECT
    claiming.article_id,
    both_ways.related_id
FROM claiming
INNER JOIN both_ways ON both_ways.article_id = claiming.related_id
WHERE both_ways.related_id <> claiming.article_id
