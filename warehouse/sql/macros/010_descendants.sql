CREATE MACRO descendants(concept) AS TABLE
SELECT concept AS concept_id
UNION ALL
SELECT concept_ancestors.concept_id
FROM concept_ancestors
WHERE concept_ancestors.ancestor_id = concept
