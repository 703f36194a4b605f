-- The contents that one payload ($unit) brings, by the position of the record they are read from.
SELECT
    staged_contents.raw_position,
    staged_contents.document_id,
    staged_contents.digest
FROM staged_contents
SEMI JOIN runs
    ON
        runs.document_id = staged_contents.document_id
        AND runs.digest = staged_contents.digest
        AND runs.unit IS NOT NULL
WHERE staged_contents.unit = $unit
ORDER BY staged_contents.raw_position ASC
