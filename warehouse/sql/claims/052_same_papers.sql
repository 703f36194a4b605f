-- Articles that are a claiming article in another form: its versions, preprint, translation, erratum, at up to two
-- steps.
WITH claiming AS (
    SELECT
        same_links.article_id,
        same_links.related_id
    FROM same_links
    SEMI JOIN claims ON claims.article_id = same_links.article_id
)
SELECT
    claiming.article_id,
    claiming.related_id
FROM claiming
UNION
SELECT
    claiming.article_id,
    same_links.related_id
FROM claiming
INNER JOIN same_links ON same_links.article_id = claiming.related_id
WHERE same_links.related_id <> claiming.article_id
