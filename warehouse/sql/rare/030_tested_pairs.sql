-- The rows of rare_tests without p and q values: the $most most surprising pairs of each basis.
SELECT
    rare_pairs.concept_a,
    rare_pairs.concept_b,
    rare_pairs.basis,
    rare_pairs.articles,
    rare_pairs.population,
    rare_pairs.expected,
    with_descendants.articles AS articles_with_descendants
FROM rare_pairs
LEFT JOIN with_descendants
    ON
        with_descendants.concept_a = rare_pairs.concept_a
        AND with_descendants.concept_b = rare_pairs.concept_b
        AND with_descendants.basis = rare_pairs.basis
WHERE rare_pairs.place <= $most
ORDER BY rare_pairs.concept_a ASC, rare_pairs.concept_b ASC, rare_pairs.basis ASC
