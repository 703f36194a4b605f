-- Rare pairs of one basis, the most surprising first; $category keeps the pairs whose two concepts are of that
-- category, unless NULL.
SELECT rare_cooccurrences.*
FROM rare_cooccurrences
WHERE
    rare_cooccurrences.basis = $basis
    AND (
        $category IS NULL
        OR (
            rare_cooccurrences.concept_a IN (
                SELECT concepts.concept_id FROM concepts WHERE list_contains(concepts.categories, $category)
            )
            AND rare_cooccurrences.concept_b IN (
                SELECT concepts.concept_id FROM concepts WHERE list_contains(concepts.categories, $category)
            )
        )
    )
ORDER BY rare_cooccurrences.ic_low DESC, rare_cooccurrences.concept_a ASC, rare_cooccurrences.concept_b ASC
LIMIT $limit
