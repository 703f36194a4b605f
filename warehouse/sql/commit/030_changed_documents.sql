-- One row per document whose runs the payloads change; a record that is only repeated is not among them. `portion`
-- is the payload it is written with, the first of several, so that memory is bounded by the largest payload.
CREATE TEMP TABLE changed_documents AS
SELECT
    runs.document_id,
    min(runs.unit) AS portion
FROM runs
WHERE runs.unit IS NOT NULL
GROUP BY runs.document_id
