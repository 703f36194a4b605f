-- Ranges of article ids of about $size documents each.
WITH numbered AS (
    SELECT
        documents.article_id,
        (row_number() OVER (ORDER BY documents.article_id ASC) - 1) // $size AS slice
    FROM (SELECT DISTINCT documents.article_id FROM documents) AS documents
)
SELECT
    min(numbered.article_id) AS first,
    max(numbered.article_id) AS last
FROM numbered
GROUP BY numbered.slice
ORDER BY first ASC
