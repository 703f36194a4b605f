-- One row per rare pair and basis; the WHERE clause is the rule. The q value comes from rare_tests where that is
-- current.
CREATE VIEW rare_cooccurrences AS
SELECT
    totals.*,
    rare_tail(totals.articles, totals.expected) AS p_value,
    rare_tests.q_value,
    rare_tests.family_size,
    rare_tests.articles_with_descendants
FROM cooccurrence_totals AS totals
ANTI JOIN concept_ancestors AS a_below_b
    ON a_below_b.concept_id = totals.concept_a AND a_below_b.ancestor_id = totals.concept_b
ANTI JOIN concept_ancestors AS b_below_a
    ON b_below_a.concept_id = totals.concept_b AND b_below_a.ancestor_id = totals.concept_a
LEFT JOIN rare_tests
    ON
        rare_tests.concept_a = totals.concept_a
        AND rare_tests.concept_b = totals.concept_b
        AND rare_tests.basis = totals.basis
        AND rare_tests.articles = totals.articles
WHERE totals.articles BETWEEN 1 AND 4 AND totals.articles_a >= 20 AND totals.articles_b >= 20
ORDER BY totals.ic_low DESC, totals.concept_a ASC, totals.concept_b ASC, totals.basis ASC
