-- For each article with claims, the articles that are other forms of the same paper (versions, preprint, translation,
-- erratum), over one or two links: they do not contradict its claims.
--
--     links preprint - article, article - erratum   ->   for the preprint: the article and the erratum
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
