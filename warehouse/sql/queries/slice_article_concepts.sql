-- The article concepts of a range of articles.
SELECT article_concepts.* EXCLUDE (batch)
FROM article_concepts
WHERE article_concepts.article_id BETWEEN $first AND $last
