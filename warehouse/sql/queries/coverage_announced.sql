-- By year of the days asked for: what the sources announced and delivered, for the windows for which they announce it.
SELECT
    year(latest.since) AS year,
    sum(latest.expected)::BIGINT AS announced,
    sum(least(latest.received, latest.expected))::BIGINT AS received
FROM (
    SELECT
        any_value(windows.since) AS since,
        arg_max(windows.expected, windows.batch) AS expected,
        max(windows.received) AS received
    FROM windows
    WHERE windows.state != 'withdrawn'
    GROUP BY windows.collector, windows.window_name, windows.query
) AS latest
WHERE latest.expected IS NOT NULL AND latest.since IS NOT NULL
GROUP BY year(latest.since)
ORDER BY year(latest.since)
