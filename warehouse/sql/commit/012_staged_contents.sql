-- Where each content the payloads bring is read from: its first appearance. version: that of this record; unit,
-- raw_position: the payload, and the record's position in it, which no other record of that payload has.
CREATE TEMP TABLE staged_contents AS
SELECT
    incoming.document_id,
    incoming.digest,
    incoming.version,
    incoming.unit,
    incoming.raw_position
FROM incoming
QUALIFY
    row_number() OVER (
        PARTITION BY incoming.document_id, incoming.digest
        ORDER BY incoming.version ASC, incoming.unit ASC, incoming.raw_position ASC
    ) = 1
