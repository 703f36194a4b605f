-- The names of $concepts.
SELECT
    names.concept_id,
    names.name,
    names.kind
FROM concept_names AS names
WHERE list_contains($concepts, names.concept_id)
