SELECT DISTINCT next_runs.staged_unit
FROM next_runs
WHERE next_runs.home = $home AND next_runs.staged_unit IS NOT NULL
ORDER BY next_runs.staged_unit ASC
