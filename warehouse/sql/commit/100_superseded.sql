-- The next contents of `superseded`: rows of an article from batches before before_batch are hidden. Articles
-- written again by this commit ($batch) hide all their earlier rows; other entries are kept.
SELECT
    coalesce(touched_articles.article_id, superseded.article_id) AS article_id,
    CASE
        WHEN touched_articles.article_id IS NULL THEN superseded.before_batch
        ELSE $batch
    END::INTEGER AS before_batch
FROM superseded
FULL OUTER JOIN (
    SELECT touched_articles.article_id
    FROM touched_articles
    WHERE touched_articles.existed
) AS touched_articles ON touched_articles.article_id = superseded.article_id
ORDER BY article_id ASC
