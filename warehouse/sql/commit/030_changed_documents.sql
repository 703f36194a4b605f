-- Documents whose runs the payloads change; a record that is merely seen again is not among them.
CREATE TEMP TABLE changed_documents AS
SELECT
    runs.document_id,
    min(runs.unit) AS home
FROM runs
WHERE runs.unit IS NOT NULL
GROUP BY runs.document_id
