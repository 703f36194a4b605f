-- The five counted concepts with the names nearest to $term, for a hint when no concept has that name: first those that
-- share most of its words ($stems: their beginnings, see transforms.vocabulary.terms), then those that begin alike, then
-- by likeness.
WITH nearest AS (
    SELECT
        names.concept_id,
        len(list_filter($stems, lambda stem: contains(' ' || replace(lower(names.name), '-', ' '), ' ' || stem))) AS shared,
        jaro_winkler_similarity(lower(names.name), lower($term))
        + CASE WHEN starts_with(lower(names.name), lower(left($term, 5))) THEN 1 ELSE 0 END AS similarity
    FROM concept_names AS names
)
SELECT concepts.name
FROM nearest
INNER JOIN concepts ON concepts.concept_id = nearest.concept_id
WHERE concepts.counted
GROUP BY concepts.concept_id, concepts.name
ORDER BY max((nearest.shared, nearest.similarity)) DESC, concepts.name ASC
LIMIT 5
