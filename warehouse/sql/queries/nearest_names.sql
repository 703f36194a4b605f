-- The five counted concepts with a name most similar to $term, for a hint when no concept has that name.
SELECT
    concepts.name,
    max(jaro_winkler_similarity(lower(concept_names.name), lower($term))) AS similarity
FROM concept_names
INNER JOIN concepts ON concepts.concept_id = concept_names.concept_id
WHERE concepts.counted
GROUP BY concepts.concept_id, concepts.name
ORDER BY similarity DESC, concepts.name ASC
LIMIT 5
