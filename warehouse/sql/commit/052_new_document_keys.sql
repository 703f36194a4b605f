-- The keys of the contents that one payload ($unit, whose staged keys are $file) brings.
SELECT DISTINCT staged.*
FROM read_parquet($file) AS staged
SEMI JOIN runs
    ON runs.document_id = staged.document_id AND runs.digest = staged.digest AND runs.unit = $unit
ORDER BY staged.kind ASC, staged.document_id ASC, staged.value ASC
