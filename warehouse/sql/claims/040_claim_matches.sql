-- The rows of claim_articles with the range of that sentence in the text, and whether the article reports cases: by
-- its publication types, or by words that the pattern $reports_cases finds in title or abstract.
WITH cases AS (
    SELECT
        articles.article_id,
        articles.is_case_report
        OR regexp_matches(articles.title || ' ' || coalesce(articles.abstract, ''), $reports_cases) AS reports_cases
    FROM articles
    SEMI JOIN claim_articles ON claim_articles.article_id = articles.article_id
),
sentences AS (
    SELECT
        mentions.article_id,
        mentions.document_id,
        mentions.sentence,
        any_value(mentions.sentence_start) AS sentence_start,
        any_value(mentions.sentence_end) AS sentence_end
    FROM mentions
    SEMI JOIN claim_articles
        ON
            claim_articles.article_id = mentions.article_id
            AND claim_articles.document_id = mentions.document_id
            AND claim_articles.sentence = mentions.sentence
    GROUP BY mentions.article_id, mentions.document_id, mentions.sentence
)
SELECT
    claim_articles.claim,
    claim_articles.article_id,
    claim_articles.entered_on,
    claim_articles.retracted_on,
    claim_articles.sentence IS NOT NULL AS in_one_sentence,
    coalesce(cases.reports_cases, false) AS reports_cases,
    CASE WHEN claim_articles.sentence IS NOT NULL THEN claim_articles.document_id END AS matched_document_id,
    sentences.sentence_start,
    sentences.sentence_end
FROM claim_articles
LEFT JOIN cases ON cases.article_id = claim_articles.article_id
LEFT JOIN sentences
    ON
        sentences.article_id = claim_articles.article_id
        AND sentences.document_id = claim_articles.document_id
        AND sentences.sentence = claim_articles.sentence
ORDER BY claim_articles.claim ASC, claim_articles.entered_on ASC NULLS LAST, claim_articles.article_id ASC
