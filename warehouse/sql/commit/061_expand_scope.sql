-- Adds to `scope` the documents one step away from it; run until it adds none. One step away are documents joined by
-- a decision 'same' or a manual verdict, and documents (former versions too) of an article that a document in scope
-- belongs to or would have alone.
--
--     decisions a = b, b = c; scope {a}   ->   {a, b}   ->   {a, b, c}   ->   nothing to add
INSERT INTO scope
WITH neighbours AS (
    SELECT current_decisions.document_b AS document_id
    FROM current_decisions
    SEMI JOIN scope ON scope.document_id = current_decisions.document_a
    WHERE current_decisions.verdict = 'same'
    UNION
    SELECT current_decisions.document_a
    FROM current_decisions
    SEMI JOIN scope ON scope.document_id = current_decisions.document_b
    WHERE current_decisions.verdict = 'same'
    UNION
    SELECT current_verdicts.document_b
    FROM current_verdicts
    SEMI JOIN scope ON scope.document_id = current_verdicts.document_a
    UNION
    SELECT current_verdicts.document_a
    FROM current_verdicts
    SEMI JOIN scope ON scope.document_id = current_verdicts.document_b
),
articles_in_scope AS (
    SELECT unnest([documents.article_id, documents.own_article_id]) AS article_id
    FROM documents
    SEMI JOIN scope ON scope.document_id = documents.document_id
    UNION
    SELECT next_own_ids.own_article_id
    FROM next_own_ids
    SEMI JOIN scope ON scope.document_id = next_own_ids.document_id
),
connected_documents AS (
    SELECT neighbours.document_id
    FROM neighbours
    UNION
    SELECT documents.document_id
    FROM documents
    SEMI JOIN articles_in_scope ON articles_in_scope.article_id = documents.article_id
    UNION
    SELECT documents.document_id
    FROM documents
    SEMI JOIN articles_in_scope ON articles_in_scope.article_id = documents.own_article_id
)
SELECT connected_documents.document_id
FROM connected_documents
ANTI JOIN scope ON scope.document_id = connected_documents.document_id
