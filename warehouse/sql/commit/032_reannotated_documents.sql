-- As changed_documents, for a reannotation: the documents to annotate again, in portions of $size documents.
CREATE TEMP TABLE changed_documents AS
SELECT
    documents_to_reannotate.document_id,
    (1 + (row_number() OVER (ORDER BY documents_to_reannotate.document_id ASC) - 1) // $size)::INTEGER AS portion
FROM documents_to_reannotate
