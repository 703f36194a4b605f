-- The decisions that make one article of its records.
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
