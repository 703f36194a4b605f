CREATE MACRO group_members(groups, exact := false) AS TABLE
WITH named AS (
    SELECT
        numbered.number,
        unnest(numbered.members) AS concept_id
    FROM (
        SELECT
            generate_subscripts(groups, 1) AS number,
            unnest(groups) AS members
    ) AS numbered
)
SELECT
    named.number,
    named.concept_id
FROM named
UNION
SELECT
    named.number,
    concept_ancestors.concept_id
FROM named
INNER JOIN concept_ancestors ON concept_ancestors.ancestor_id = named.concept_id
WHERE NOT exact
