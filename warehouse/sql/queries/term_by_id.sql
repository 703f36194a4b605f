-- The concept with the id $term, in any case.
SELECT
    concepts.concept_id,
    concepts.name,
    concepts.counted
FROM concepts
WHERE upper(concepts.concept_id) = upper($term)
