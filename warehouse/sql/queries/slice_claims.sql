-- The claims of a range of articles.
SELECT claims.* EXCLUDE (batch)
FROM claims
WHERE claims.article_id BETWEEN $first AND $last
