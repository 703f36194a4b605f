-- The concepts right above some, those with the fewest concepts below them first; what is not counted finds nothing.
WITH above AS (
    SELECT DISTINCT concept_ancestors.ancestor_id
    FROM concept_ancestors
    WHERE list_contains($concepts, concept_ancestors.concept_id)
),
nearest AS (
    SELECT above.ancestor_id
    FROM above
    ANTI JOIN (
        SELECT further.ancestor_id
        FROM concept_ancestors AS further
        SEMI JOIN above AS nearer ON nearer.ancestor_id = further.concept_id
    ) AS further ON further.ancestor_id = above.ancestor_id
)
SELECT
    concepts.concept_id,
    concepts.name
FROM nearest
INNER JOIN concepts ON concepts.concept_id = nearest.ancestor_id
LEFT JOIN concept_ancestors AS below ON below.ancestor_id = nearest.ancestor_id
WHERE concepts.counted AND NOT list_contains($concepts, concepts.concept_id)
GROUP BY concepts.concept_id, concepts.name
ORDER BY count(below.concept_id) ASC, concepts.concept_id ASC
LIMIT $limit
