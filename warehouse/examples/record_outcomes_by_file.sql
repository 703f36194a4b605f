-- The outcomes of the records of each file.
SELECT
    name,
    received,
    kept,
    unchanged,
    superseded,
    duplicates,
    rejected,
    deletions
FROM windows
ORDER BY name
