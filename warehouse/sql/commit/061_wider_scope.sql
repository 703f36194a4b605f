-- What hangs on the documents in scope and is not there yet: documents that are the same article by rule, or of which a
-- person spoke; and documents, past ones too, of an article that one of them is in or would be in alone.
INSERT INTO scope
WITH neighbours AS (
    SELECT standing_decisions.document_b AS document_id
    FROM standing_decisions
    SEMI JOIN scope ON scope.document_id = standing_decisions.document_a
    WHERE standing_decisions.verdict = 'same'
    UNION
    SELECT standing_decisions.document_a
    FROM standing_decisions
    SEMI JOIN scope ON scope.document_id = standing_decisions.document_b
    WHERE standing_decisions.verdict = 'same'
    UNION
    SELECT standing_verdicts.document_b
    FROM standing_verdicts
    SEMI JOIN scope ON scope.document_id = standing_verdicts.document_a
    UNION
    SELECT standing_verdicts.document_a
    FROM standing_verdicts
    SEMI JOIN scope ON scope.document_id = standing_verdicts.document_b
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
found AS (
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
SELECT found.document_id
FROM found
ANTI JOIN scope ON scope.document_id = found.document_id
