-- The counted concepts with a name that contains one of $stems (lower case, no accents), and those of $listed.
SELECT
    concepts.concept_id,
    concepts.name,
    concepts.categories,
    concepts.tree_numbers,
    concepts.counted
FROM concepts
WHERE
    concepts.counted
    AND (
        list_contains($listed, concepts.concept_id)
        OR concepts.concept_id IN (
            SELECT names.concept_id
            FROM concept_names AS names
            INNER JOIN (SELECT unnest($stems) AS stem) AS stems
                ON contains(strip_accents(lower(names.name)), stems.stem) OR contains(lower(names.name), stems.stem)
        )
    )
ORDER BY concepts.concept_id ASC
