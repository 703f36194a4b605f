-- The manual decisions on one pair of documents, the earliest first.
SELECT
    verdicts.same,
    verdicts.said_by,
    verdicts.said_at,
    verdicts.note,
    verdicts.batch
FROM verdicts
WHERE verdicts.document_a = $document_a AND verdicts.document_b = $document_b
ORDER BY verdicts.batch ASC
