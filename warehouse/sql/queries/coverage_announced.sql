-- By year of the days asked for (NULL: files): what the sources announced and what was received, for the windows for
-- which they announce it. A window may receive more than was announced; of_announced counts no more than that.
SELECT
    year(latest.since) AS year,
    sum(latest.expected)::BIGINT AS announced,
    sum(latest.received)::BIGINT AS received,
    sum(least(latest.received, latest.expected))::BIGINT AS of_announced
FROM (
    SELECT
        any_value(windows.since) AS since,
        arg_max(windows.expected, windows.batch) AS expected,
        max(windows.received) AS received
    FROM windows
    WHERE windows.state != 'withdrawn'
    GROUP BY windows.collector, windows.window_name, windows.query
) AS latest
WHERE latest.expected IS NOT NULL
GROUP BY year(latest.since)
ORDER BY year(latest.since) ASC NULLS LAST
