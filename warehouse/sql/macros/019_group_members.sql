-- is_named: whether the group names the concept itself; false for those below.
CREATE MACRO group_members(groups, exact := false) AS TABLE
WITH named AS MATERIALIZED (
    SELECT
        concepts_named.number,
        concepts_named.concept_id,
        concepts_named.name
    FROM named_concepts(groups) AS concepts_named
)
SELECT
    members.number,
    members.concept_id,
    max(members.name) AS name,
    bool_or(members.is_named) AS is_named
FROM (
    SELECT
        named.number,
        named.concept_id,
        named.name,
        true AS is_named
    FROM named
    UNION ALL
    SELECT
        named.number,
        concept_ancestors.concept_id,
        NULL,
        false
    FROM named
    INNER JOIN concept_ancestors ON concept_ancestors.ancestor_id = named.concept_id
    WHERE NOT exact
) AS members
GROUP BY members.number, members.concept_id
