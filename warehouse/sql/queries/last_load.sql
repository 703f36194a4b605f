-- When records were last loaded; NULL if never.
SELECT max(batches.committed_at) AS last_load
FROM batches
WHERE batches.received > 0
