-- The mentions of a range of articles.
SELECT mentions.* EXCLUDE (batch, start_offset, end_offset)
FROM mentions
WHERE mentions.article_id BETWEEN $first AND $last
