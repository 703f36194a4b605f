-- The decisions that join the records of article $article_id.
SELECT
    duplicate_pairs.document_a,
    duplicate_pairs.document_b,
    duplicate_pairs.rule
FROM duplicate_pairs
WHERE
    duplicate_pairs.article_a = $article_id
    AND duplicate_pairs.article_b = $article_id
    AND duplicate_pairs.verdict = 'same'
ORDER BY duplicate_pairs.document_a ASC, duplicate_pairs.document_b ASC
