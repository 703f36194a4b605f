-- The keys of the articles of one portion before this commit: what they contributed to the counts, to be subtracted.
SELECT article_keys.* EXCLUDE (batch)
FROM article_keys
SEMI JOIN touched_articles ON touched_articles.article_id = article_keys.article_id AND touched_articles.existed
    AND touched_articles.portion = $portion
