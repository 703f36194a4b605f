-- One row per deletion that these payloads order, numbered by payload like `incoming`.
CREATE TEMP TABLE incoming_deletions AS
SELECT
    staged.document_id,
    staged.version,
    staged.raw_file,
    list_position($files, staged.filename)::INTEGER AS unit
FROM read_parquet($files, filename = true, hive_partitioning = false) AS staged
