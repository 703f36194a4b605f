-- The same with the place of that sentence.
WITH sentences AS (
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
    CASE WHEN claim_articles.sentence IS NOT NULL THEN claim_articles.document_id END AS matched_document_id,
    sentences.sentence_start,
    sentences.sentence_end
FROM claim_articles
LEFT JOIN sentences
    ON
        sentences.article_id = claim_articles.article_id
        AND sentences.document_id = claim_articles.document_id
        AND sentences.sentence = claim_articles.sentence
ORDER BY claim_articles.claim ASC, claim_articles.entered_on ASC NULLS LAST, claim_articles.article_id ASC
