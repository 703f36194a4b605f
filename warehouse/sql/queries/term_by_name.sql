-- The concept with a name $term, in any case; concepts that prefer this name come first.
SELECT
    concepts.concept_id,
    concepts.name,
    concepts.counted
FROM concept_names
INNER JOIN concepts ON concepts.concept_id = concept_names.concept_id
WHERE lower(concept_names.name) = lower($term)
ORDER BY concept_names.kind = 'preferred' DESC, concepts.concept_id ASC
LIMIT 1
