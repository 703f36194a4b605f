-- What to search for in place of $concepts: all their names, and the number of their descendants (0 if $exact).
SELECT
    concepts.concept_id,
    concepts.name,
    (
        SELECT
            coalesce(
                list(names.name ORDER BY names.kind = 'preferred' DESC, length(names.name) ASC, names.name ASC), []
            )
        FROM concept_names AS names
        WHERE names.concept_id = concepts.concept_id
    ) AS names,
    (
        SELECT count(*)
        FROM concept_ancestors AS below
        WHERE below.ancestor_id = concepts.concept_id AND NOT $exact
    ) AS below
FROM concepts
WHERE list_contains($concepts, concepts.concept_id)
ORDER BY concepts.concept_id ASC
