CREATE MACRO descendants(concept) AS TABLE
SELECT named.concept_id
FROM named_concepts([[concept]]) AS named
UNION ALL
SELECT concept_ancestors.concept_id
FROM concept_ancestors
INNER JOIN named_concepts([[concept]]) AS named ON named.concept_id = concept_ancestors.ancestor_id
