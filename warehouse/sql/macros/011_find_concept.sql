CREATE MACRO find_concept(words) AS TABLE
SELECT
    concepts.concept_id,
    concepts.name,
    arg_min(concept_names.name, length(concept_names.name)) AS matched_name,
    concepts.categories,
    concepts.counted
FROM concept_names
INNER JOIN concepts ON concepts.concept_id = concept_names.concept_id
WHERE
    CASE
        WHEN trim(coalesce(words, '')) = '' THEN error('find_concept takes a part of a name, not an empty text')
        ELSE contains(strip_accents(lower(concept_names.name)), strip_accents(lower(words)))
    END
GROUP BY concepts.concept_id, concepts.name, concepts.categories, concepts.counted
ORDER BY min(length(concept_names.name)) ASC, concepts.concept_id ASC
