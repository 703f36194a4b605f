-- The runs of the documents in read_anew, as they stand.
CREATE TEMP TABLE runs AS
SELECT
    documents.document_id,
    documents.version,
    documents.digest,
    documents.raw_file,
    documents.raw_position,
    NULL::INTEGER AS unit,
    documents.is_current
FROM documents
SEMI JOIN read_anew ON read_anew.document_id = documents.document_id
