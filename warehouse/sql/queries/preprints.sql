-- Pairs of $articles of which one is the preprint, or an earlier version, of the other: by what the records state, and
-- by the decisions on similar records. Only the records of these articles are read.
WITH members AS (
    SELECT
        documents.document_id,
        documents.article_id,
        documents.relations,
        coalesce(list_contains(documents.publication_types, 'Preprint'), false) AS is_preprint
    FROM documents
    WHERE documents.is_current AND documents.article_id IN (SELECT unnest($articles))
),
stated AS (
    SELECT
        members.article_id,
        members.is_preprint,
        unnest(members.relations) AS relation
    FROM members
),
pairs AS (
    SELECT
        CASE WHEN replace(stated.relation.kind, '_', '') IN ('preprintof', 'updatein') THEN stated.article_id ELSE other.article_id END AS article_id,
        CASE WHEN replace(stated.relation.kind, '_', '') IN ('preprintof', 'updatein') THEN other.article_id ELSE stated.article_id END AS related_id
    FROM stated
    INNER JOIN members AS other ON other.document_id = stated.relation.document_id
    WHERE
        replace(stated.relation.kind, '_', '') IN ('preprintof', 'preprintin')
        OR (
            replace(stated.relation.kind, '_', '') IN ('updateof', 'updatein')
            AND (stated.is_preprint OR other.is_preprint)
        )
    UNION
    SELECT
        subject.article_id,
        related.article_id
    FROM pair_decisions AS decisions
    INNER JOIN members AS subject ON subject.document_id = decisions.link_from
    INNER JOIN members AS related
        ON
            related.document_id
            = CASE WHEN decisions.link_from = decisions.document_a THEN decisions.document_b ELSE decisions.document_a END
    WHERE decisions.link = 'preprint_of'
)
SELECT DISTINCT
    pairs.article_id,
    pairs.related_id
FROM pairs
WHERE pairs.article_id != pairs.related_id
ORDER BY pairs.article_id ASC
