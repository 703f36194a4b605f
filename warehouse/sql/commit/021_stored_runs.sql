-- The runs (see 020_runs.sql) of the documents to annotate again, exactly as the lake stores them.
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
SEMI JOIN documents_to_reannotate ON documents_to_reannotate.document_id = documents.document_id
