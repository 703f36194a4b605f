-- The keys of the contents that one payload ($unit, whose staged keys are $file) brings.
SELECT staged.* EXCLUDE (raw_position)
FROM read_parquet($file) AS staged
SEMI JOIN (
    SELECT staged_contents.raw_position
    FROM staged_contents
    SEMI JOIN runs
        ON
            runs.document_id = staged_contents.document_id
            AND runs.digest = staged_contents.digest
            AND runs.unit IS NOT NULL
    WHERE staged_contents.unit = $unit
) AS brought ON brought.raw_position = staged.raw_position
