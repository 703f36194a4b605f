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
        count(*) FILTER (WHERE runs.is_current) AS kept,
        count(*) FILTER (WHERE NOT runs.is_current) AS superseded
    FROM runs
    WHERE runs.unit IS NOT NULL AND runs.digest IS NOT NULL
    GROUP BY runs.unit
),
deleted AS (
    SELECT
        incoming_deletions.unit,
        count(*) AS deletions
    FROM incoming_deletions
    GROUP BY incoming_deletions.unit
)
SELECT
    units.unit,
    coalesce(received.documents, 0) AS documents,
    coalesce(placed.kept, 0) AS kept,
    coalesce(placed.superseded, 0) AS superseded,
    coalesce(received.documents, 0) - coalesce(placed.kept, 0) - coalesce(placed.superseded, 0) AS unchanged,
    coalesce(deleted.deletions, 0) AS deletions
FROM (SELECT unnest(generate_series(1, $units)) AS unit) AS units
LEFT JOIN received ON received.unit = units.unit
LEFT JOIN placed ON placed.unit = units.unit
LEFT JOIN deleted ON deleted.unit = units.unit
ORDER BY units.unit ASC
