-- The concepts of the articles of one portion before this commit: what they contributed to the counts, to be
-- subtracted.
SELECT article_concepts.* EXCLUDE (batch)
FROM article_concepts
SEMI JOIN touched_articles ON touched_articles.article_id = article_concepts.article_id AND touched_articles.existed
    AND touched_articles.portion = $portion
