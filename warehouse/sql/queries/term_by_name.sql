-- The concepts with a name $term, in any case; is_preferred: whether it is the preferred name of the concept.
SELECT
    concepts.concept_id,
    concepts.name,
    concepts.counted,
    bool_or(concept_names.kind = 'preferred') AS is_preferred
FROM concept_names
INNER JOIN concepts ON concepts.concept_id = concept_names.concept_id
WHERE lower(concept_names.name) = lower($term)
GROUP BY concepts.concept_id, concepts.name, concepts.counted
ORDER BY is_preferred DESC, concepts.concept_id ASC
