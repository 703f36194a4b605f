-- Pairs of diseases (MeSH tree C) by how often their headings occur in one article.
WITH disease_pairs AS (
    SELECT
        pairs.concept_a,
        pairs.concept_b,
        sum(pairs.articles) AS articles
    FROM cooccurrences AS pairs
    INNER JOIN concepts AS a ON a.concept_id = pairs.concept_a
    INNER JOIN concepts AS b ON b.concept_id = pairs.concept_b
    WHERE pairs.basis = 'index' AND list_contains(a.categories, 'C') AND list_contains(b.categories, 'C')
    GROUP BY pairs.concept_a, pairs.concept_b
)
SELECT
    count(*) AS pairs,
    count(*) FILTER (WHERE disease_pairs.articles = 1) AS in_one_article,
    count(*) FILTER (WHERE disease_pairs.articles BETWEEN 2 AND 4) AS in_two_to_four
FROM disease_pairs
