-- Articles added, deleted, retracted or restored between two versions, attached as `earlier` and `later`.
SELECT
    CASE
        WHEN before.article_id IS NULL THEN 'added'
        WHEN after.article_id IS NULL THEN 'deleted'
        WHEN before.retracted_on IS NULL THEN 'retracted'
        ELSE 'restored'
    END AS change,
    coalesce(after.article_id, before.article_id) AS article_id,
    coalesce(after.year, before.year) AS year,
    coalesce(after.retracted_on, before.retracted_on) AS retracted_on
FROM earlier.article_keys AS before
FULL OUTER JOIN later.article_keys AS after ON after.article_id = before.article_id
WHERE
    before.article_id IS NULL
    OR after.article_id IS NULL
    OR (before.retracted_on IS NULL) <> (after.retracted_on IS NULL)
ORDER BY change ASC, article_id ASC
