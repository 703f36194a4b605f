-- Ranges of article ids (first, last) with $size articles each, so that an audit can take one slice after the other.
WITH numbered_articles AS (
    SELECT
        documents.article_id,
        (row_number() OVER (ORDER BY documents.article_id ASC) - 1) // $size AS slice
    FROM (SELECT DISTINCT documents.article_id FROM documents) AS documents
)
SELECT
    min(numbered_articles.article_id) AS first,
    max(numbered_articles.article_id) AS last
FROM numbered_articles
GROUP BY numbered_articles.slice
ORDER BY first ASC
