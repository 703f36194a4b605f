-- Where each content the payloads bring is read from: its first appearance. version, unit: those of that record.
CREATE TEMP TABLE staged_contents AS
SELECT
    incoming.document_id,
    incoming.digest,
    min(incoming.version) AS version,
    arg_min(incoming.unit, incoming.version) AS unit
FROM incoming
GROUP BY incoming.document_id, incoming.digest
