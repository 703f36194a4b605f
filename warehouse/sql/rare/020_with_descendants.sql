-- The articles of the most surprising pairs, the concepts below each included.
CREATE OR REPLACE TEMP TABLE with_descendants AS
WITH chosen AS (
    SELECT rare_pairs.*
    FROM rare_pairs
    WHERE rare_pairs.place <= $most
),
named AS (
    SELECT chosen.concept_a AS concept_id FROM chosen
    UNION
    SELECT chosen.concept_b FROM chosen
),
expanded AS (
    SELECT
        named.concept_id,
        named.concept_id AS member_id
    FROM named
    UNION ALL
    SELECT
        named.concept_id,
        concept_ancestors.concept_id
    FROM named
    INNER JOIN concept_ancestors ON concept_ancestors.ancestor_id = named.concept_id
),
affirmed AS MATERIALIZED (
    SELECT DISTINCT
        expanded.concept_id,
        article_concepts.article_id,
        bases.basis
    FROM expanded
    INNER JOIN article_concepts ON article_concepts.concept_id = expanded.member_id
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
