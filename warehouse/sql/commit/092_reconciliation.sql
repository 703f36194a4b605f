-- What became of each payload's records.
WITH received AS (
    SELECT
        incoming.unit,
        count(*) AS documents
    FROM incoming
    GROUP BY incoming.unit
),
placed AS (
    SELECT
        runs.unit,
        count(*) FILTER (WHERE runs.is_current AND NOT runs.is_secondary) AS kept,
        count(*) FILTER (WHERE runs.is_current AND runs.is_secondary) AS duplicates,
        count(*) FILTER (WHERE NOT runs.is_current) AS superseded
    FROM (
        SELECT
            runs.unit,
            runs.is_current,
            secondary.document_id IS NOT NULL AS is_secondary
        FROM runs
        LEFT JOIN secondary ON secondary.document_id = runs.document_id
        WHERE runs.unit IS NOT NULL AND runs.digest IS NOT NULL
    ) AS runs
    GROUP BY runs.unit
),
deleted AS (
    SELECT
        incoming_deletions.unit,
        count(*) AS deletions
    FROM incoming_deletions
    GROUP BY incoming_deletions.unit
),
counted AS (
    SELECT
        units.unit,
        coalesce(received.documents, 0) AS documents,
        coalesce(placed.kept, 0) AS kept,
        coalesce(placed.duplicates, 0) AS duplicates,
        coalesce(placed.superseded, 0) AS superseded,
        coalesce(deleted.deletions, 0) AS deletions
    FROM (SELECT unnest(generate_series(1, $units)) AS unit) AS units
    LEFT JOIN received ON received.unit = units.unit
    LEFT JOIN placed ON placed.unit = units.unit
    LEFT JOIN deleted ON deleted.unit = units.unit
)
SELECT
    counted.*,
    counted.documents - counted.kept - counted.duplicates - counted.superseded AS unchanged
FROM counted
ORDER BY counted.unit ASC
