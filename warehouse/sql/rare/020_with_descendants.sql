-- The number of articles with both concepts of the $most most surprising pairs of each basis, descendants of each
-- included: a pair is less surprising if a more specific one is common.
CREATE OR REPLACE TEMP TABLE with_descendants AS
WITH chosen AS (
    SELECT rare_pairs.*
    FROM rare_pairs
    WHERE rare_pairs.place <= $most
),
pair_concepts AS (
    SELECT chosen.concept_a AS concept_id FROM chosen
    UNION
    SELECT chosen.concept_b FROM chosen
),
concepts_with_descendants AS (
    SELECT
        pair_concepts.concept_id,
        pair_concepts.concept_id AS member_id
    FROM pair_concepts
    UNION ALL
    SELECT
        pair_concepts.concept_id,
        concept_ancestors.concept_id
    FROM pair_concepts
    INNER JOIN concept_ancestors ON concept_ancestors.ancestor_id = pair_concepts.concept_id
),
affirmed AS MATERIALIZED (
    SELECT DISTINCT
        concepts_with_descendants.concept_id,
        article_concepts.article_id,
        bases.basis
    FROM concepts_with_descendants
    INNER JOIN article_concepts ON article_concepts.concept_id = concepts_with_descendants.member_id
    INNER JOIN (VALUES ('index', 'index'), ('text', 'text'), ('index', 'any'), ('text', 'any')) AS bases (found, basis)
        ON bases.found = article_concepts.basis
    WHERE
        article_concepts.affirmed
        AND NOT article_concepts.is_notice
        AND article_concepts.retracted_on IS NULL
)
SELECT
    chosen.concept_a,
    chosen.concept_b,
    chosen.basis,
    count(*) AS articles
FROM chosen
INNER JOIN affirmed AS a ON a.concept_id = chosen.concept_a AND a.basis = chosen.basis
INNER JOIN affirmed AS b
    ON b.concept_id = chosen.concept_b AND b.basis = chosen.basis AND b.article_id = a.article_id
GROUP BY chosen.concept_a, chosen.concept_b, chosen.basis
