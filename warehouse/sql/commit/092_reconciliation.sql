-- One row per payload (`unit`, from 1 to $units): how many of its records had which outcome. Every record has
-- exactly one, so kept + duplicates + superseded + unchanged = documents. A record is a duplicate if its document is
-- current but another document represents the article (`secondary_documents`).
WITH received_records AS (
    SELECT
        incoming.unit,
        count(*) AS documents
    FROM incoming
    GROUP BY incoming.unit
),
records_of_runs AS (
    SELECT
        runs.unit,
        count(*) FILTER (WHERE runs.is_current AND NOT runs.is_secondary) AS kept,
        count(*) FILTER (WHERE runs.is_current AND runs.is_secondary) AS duplicates,
        count(*) FILTER (WHERE NOT runs.is_current) AS superseded
    FROM (
        SELECT
            runs.unit,
            runs.is_current,
            secondary_documents.document_id IS NOT NULL AS is_secondary
        FROM runs
        LEFT JOIN secondary_documents ON secondary_documents.document_id = runs.document_id
        WHERE runs.unit IS NOT NULL AND runs.digest IS NOT NULL
    ) AS runs
    GROUP BY runs.unit
),
ordered_deletions AS (
    SELECT
        incoming_deletions.unit,
        count(*) AS deletions
    FROM incoming_deletions
    GROUP BY incoming_deletions.unit
),
counted AS (
    SELECT
        units.unit,
        coalesce(received_records.documents, 0) AS documents,
        coalesce(records_of_runs.kept, 0) AS kept,
        coalesce(records_of_runs.duplicates, 0) AS duplicates,
        coalesce(records_of_runs.superseded, 0) AS superseded,
        coalesce(ordered_deletions.deletions, 0) AS deletions
    FROM (SELECT unnest(generate_series(1, $units)) AS unit) AS units
    LEFT JOIN received_records ON received_records.unit = units.unit
    LEFT JOIN records_of_runs ON records_of_runs.unit = units.unit
    LEFT JOIN ordered_deletions ON ordered_deletions.unit = units.unit
)
SELECT
    counted.*,
    counted.documents - counted.kept - counted.duplicates - counted.superseded AS unchanged
FROM counted
ORDER BY counted.unit ASC
