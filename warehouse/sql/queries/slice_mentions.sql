-- The mentions of a range of articles.
SELECT mentions.* EXCLUDE (batch)
FROM mentions
WHERE mentions.article_id BETWEEN $first AND $last
