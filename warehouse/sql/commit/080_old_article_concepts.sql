-- What the touched articles contributed to the counts so far.
SELECT article_concepts.* EXCLUDE (batch)
FROM article_concepts
SEMI JOIN touched_articles ON touched_articles.article_id = article_concepts.article_id AND touched_articles.existed
    AND touched_articles.home = $home
