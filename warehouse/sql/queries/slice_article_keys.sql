-- The article keys of a range of articles.
SELECT article_keys.* EXCLUDE (batch)
FROM article_keys
WHERE article_keys.article_id BETWEEN $first AND $last
