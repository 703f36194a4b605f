-- Documents whose current content was not current before, e.g. because an undo brings an older one back: the lake
-- stores the claims of current contents alone, so those of this one have to be detected again.
INSERT INTO documents_for_claim_detection
SELECT next_contents.document_id
FROM next_contents
ANTI JOIN documents
    ON
        documents.document_id = next_contents.document_id
        AND documents.digest = next_contents.digest
        AND documents.is_current
WHERE next_contents.is_current
