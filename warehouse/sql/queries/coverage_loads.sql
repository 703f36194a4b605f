-- One row: the last load of records, and what the sources announced and delivered in windows for which they announce it.
SELECT
    (SELECT max(batches.committed_at) FROM batches WHERE batches.received > 0) AS last_load,
    sum(latest.expected)::BIGINT AS announced,
    sum(latest.received)::BIGINT AS received
FROM (
    SELECT
        arg_max(windows.expected, windows.batch) AS expected,
        max(windows.received) AS received
    FROM windows
    WHERE windows.state != 'withdrawn'
    GROUP BY windows.collector, windows.window_name, windows.query
) AS latest
WHERE latest.expected IS NOT NULL
