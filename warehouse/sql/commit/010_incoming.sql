-- Every record of the payloads that are about to be committed; unit: which payload, from 1.
CREATE TEMP TABLE incoming AS
SELECT
    staged.document_id,
    staged.version,
    staged.digest,
    staged.raw_file,
    staged.raw_position,
    list_position($files, staged.filename)::INTEGER AS unit
FROM read_parquet($files, filename = true) AS staged
