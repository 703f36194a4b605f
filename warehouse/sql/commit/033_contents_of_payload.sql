-- One row per content that is read from payload $unit and starts a run, by the position of its record. Contents that
-- start no run are already stored, and so are their keys.
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
