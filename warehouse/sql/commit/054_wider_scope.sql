-- What hangs on the documents in scope and is not there yet: documents paired with them, by rule or by a person, and
-- documents, past ones too, of an article that one of them is in or would be in alone.
INSERT INTO scope
WITH neighbours AS (
    SELECT standing_pairs.document_b AS document_id
    FROM standing_pairs
    SEMI JOIN scope ON scope.document_id = standing_pairs.document_a
    UNION
    SELECT standing_pairs.document_a
    FROM standing_pairs
    SEMI JOIN scope ON scope.document_id = standing_pairs.document_b
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
),
found AS (
    SELECT neighbours.document_id
    FROM neighbours
    UNION
    SELECT documents.document_id
    FROM documents
    SEMI JOIN articles_in_scope ON articles_in_scope.article_id = documents.article_id
)
SELECT found.document_id
FROM found
ANTI JOIN scope ON scope.document_id = found.document_id
