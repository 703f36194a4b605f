-- The counted concepts directly above $concepts, those with the fewest descendants first. Directly above means: an
-- ancestor that is not an ancestor of another of their ancestors.
WITH ancestors AS (
    SELECT DISTINCT concept_ancestors.ancestor_id
    FROM concept_ancestors
    WHERE list_contains($concepts, concept_ancestors.concept_id)
),
parents AS (
    SELECT ancestors.ancestor_id
    FROM ancestors
    ANTI JOIN (
        SELECT further.ancestor_id
        FROM concept_ancestors AS further
        SEMI JOIN ancestors AS nearer ON nearer.ancestor_id = further.concept_id
    ) AS further ON further.ancestor_id = ancestors.ancestor_id
)
SELECT
    concepts.concept_id,
    concepts.name
FROM parents
INNER JOIN concepts ON concepts.concept_id = parents.ancestor_id
LEFT JOIN concept_ancestors AS below ON below.ancestor_id = parents.ancestor_id
WHERE concepts.counted AND NOT list_contains($concepts, concepts.concept_id)
GROUP BY concepts.concept_id, concepts.name
ORDER BY count(below.concept_id) ASC, concepts.concept_id ASC
LIMIT $limit
