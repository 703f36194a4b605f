-- The claims of a range of articles.
SELECT claims.* EXCLUDE (batch, start_offset, end_offset)
FROM claims
WHERE claims.article_id BETWEEN $first AND $last
