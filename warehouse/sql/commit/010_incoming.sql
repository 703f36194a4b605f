-- One row per record of the payloads about to be committed. `unit` numbers the payload: 1 for the first of $files.
CREATE TEMP TABLE incoming AS
SELECT
    staged.document_id,
    staged.version,
    staged.digest,
    staged.raw_file,
    staged.raw_position,
    list_position($files, staged.filename)::INTEGER AS unit
FROM read_parquet($files, filename = true, hive_partitioning = false) AS staged
