-- The numbers of the payloads that one portion reads contents from, so that only their files are opened.
SELECT DISTINCT next_runs.staged_unit
FROM next_runs
WHERE next_runs.portion = $portion AND next_runs.staged_unit IS NOT NULL
ORDER BY next_runs.staged_unit ASC
