-- One row per rare pair and basis, numbered within the basis from the most surprising (place 1).
CREATE OR REPLACE TEMP TABLE rare_pairs AS
SELECT
    rare.concept_a,
    rare.concept_b,
    rare.basis,
    rare.articles,
    rare.population,
    rare.expected,
    row_number() OVER (
        PARTITION BY rare.basis
        ORDER BY rare.ic_low DESC, rare.concept_a ASC, rare.concept_b ASC
    ) AS place
FROM rare_cooccurrences AS rare
