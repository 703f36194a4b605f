-- The version of the lake, its code and its vocabulary, which a figure quoted from it is based on.
SELECT
    lake.version,
    batches.committed_at,
    batches.code_version,
    (
        SELECT arg_max(vocabularies.version, vocabularies.batch) FROM vocabularies
    ) AS vocabulary_version,
    (
        SELECT arg_max(vocabularies.files, vocabularies.batch) FROM vocabularies
    ) AS vocabulary_files,
    (
        SELECT max(keys.entered_on) FROM article_keys AS keys
    ) AS entered_until
FROM lake
LEFT JOIN batches ON batches.batch = lake.version
