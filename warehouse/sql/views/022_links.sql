-- One row per relation between two articles, from records that state it and from the rules that keep similar records
-- apart. `kinds` maps what sources state (NLM's values of RefType, in lower case) to the kind of link, and says
-- whether the record that states it is the subject:
--
--     A states 'erratumfor' B   ->   A erratum_for B
--     A states 'erratumin' B    ->   B erratum_for A
CREATE VIEW links AS
WITH kinds AS (
    SELECT relation_kinds.*
    FROM (
        VALUES
        ('erratumfor', 'erratum_for', true),
        ('erratumin', 'erratum_for', false),
        ('retractionof', 'retraction_of', true),
        ('retractionin', 'retraction_of', false),
        ('partialretractionof', 'retraction_of', true),
        ('partialretractionin', 'retraction_of', false),
        ('commenton', 'comment_on', true),
        ('commentin', 'comment_on', false),
        ('updateof', 'version_of', true),
        ('updatein', 'version_of', false),
        ('correctedandrepublishedfrom', 'version_of', true),
        ('correctedandrepublishedin', 'version_of', false),
        ('retractedandrepublishedfrom', 'version_of', true),
        ('retractedandrepublishedin', 'version_of', false),
        ('preprintof', 'preprint_of', true),
        ('preprintin', 'preprint_of', false),
        ('translationof', 'translation_of', true)
    ) AS relation_kinds (stated, kind, is_subject)
),
relations AS (
    SELECT
        documents.document_id,
        list_contains(documents.publication_types, 'Preprint') AS is_preprint,
        unnest(documents.relations) AS relation
    FROM documents
    WHERE documents.is_current
),
stated AS (
    SELECT
        relations.document_id AS stating,
        relations.relation.document_id AS other,
        relations.relation.citation AS citation,
        CASE
            WHEN relations.is_preprint AND kinds.kind = 'version_of' AND NOT kinds.is_subject THEN 'preprint_of'
            ELSE kinds.kind
        END AS kind,
        kinds.is_subject
        OR (coalesce(relations.is_preprint, false) AND kinds.kind = 'version_of') AS is_subject
    FROM relations
    INNER JOIN kinds ON kinds.stated = replace(relations.relation.kind, '_', '')
    WHERE relations.relation.document_id IS DISTINCT FROM relations.document_id
),
both_ways AS (
    SELECT
        CASE WHEN stated.is_subject THEN stated.stating ELSE stated.other END AS document_id,
        CASE WHEN stated.is_subject THEN stated.other ELSE stated.stating END AS related_document_id,
        stated.kind,
        'stated' AS evidence,
        stated.citation
    FROM stated
    UNION ALL
    SELECT
        duplicate_pairs.link_from,
        CASE
            WHEN duplicate_pairs.link_from = duplicate_pairs.document_a THEN duplicate_pairs.document_b
            ELSE duplicate_pairs.document_a
        END,
        duplicate_pairs.link,
        duplicate_pairs.rule,
        NULL
    FROM duplicate_pairs
    WHERE duplicate_pairs.link IS NOT NULL
),
document_articles AS (
    SELECT
        documents.document_id,
        arg_max(documents.article_id, documents.version) AS article_id
    FROM documents
    GROUP BY documents.document_id
)
SELECT DISTINCT
    subject.article_id,
    related.article_id AS related_id,
    both_ways.kind,
    both_ways.document_id,
    both_ways.related_document_id,
    both_ways.evidence,
    both_ways.citation
FROM both_ways
LEFT JOIN document_articles AS subject ON subject.document_id = both_ways.document_id
LEFT JOIN document_articles AS related ON related.document_id = both_ways.related_document_id
WHERE subject.article_id IS DISTINCT FROM related.article_id
