-- One row per content (document_id, digest) that the payloads bring: its first occurrence, from which its text,
-- mentions and keys are read. (unit, raw_position) identifies that record, because a position occurs once in a
-- payload.
--
--     incoming                                      staged_contents
--     document_id  digest  version  unit  position
--     pubmed:1     a       7        1     0         kept
--     pubmed:1     a       9        2     4         dropped: the same content in a later release
--     pubmed:1     b       9        2     5         kept
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
