-- The five counted concepts with a name most similar to $term, for a hint when no concept has that name; those that
-- begin alike come first.
SELECT
    concepts.name,
    max(
        jaro_winkler_similarity(lower(concept_names.name), lower($term))
        + CASE WHEN starts_with(lower(concept_names.name), lower(left($term, 5))) THEN 1 ELSE 0 END
    ) AS similarity
FROM concept_names
INNER JOIN concepts ON concepts.concept_id = concept_names.concept_id
WHERE concepts.counted
GROUP BY concepts.concept_id, concepts.name
ORDER BY similarity DESC, concepts.name ASC
LIMIT 5
