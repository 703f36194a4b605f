SELECT article_keys.* EXCLUDE (batch)
FROM article_keys
SEMI JOIN touched_articles ON touched_articles.article_id = article_keys.article_id AND touched_articles.existed
    AND touched_articles.home = $home
