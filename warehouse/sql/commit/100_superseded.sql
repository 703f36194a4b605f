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
